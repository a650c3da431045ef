import { notificationsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { DomainError } from '@halftone/kernel';
import { requirePrincipal } from '@halftone/service';
import type { Utterance } from './chat';
import { ChatService } from './chat.service';
import { toWire } from './wire';

@GrpcController(notificationsV1.NotificationsServiceService)
export class ChatGrpc {
  constructor(private readonly chats: ChatService) {}

  async *chat(requests: AsyncIterable<notificationsV1.ChatRequest>): AsyncGenerator<notificationsV1.ChatResponse> {
    const caller = requirePrincipal();
    const asked = requests[Symbol.asyncIterator]();
    const { room, after } = joinIn(await asked.next());
    for await (const told of this.chats.visit(caller, room, after, utterancesOf(asked))) yield toWire(told);
  }
}

function joinIn({ value, done }: IteratorResult<notificationsV1.ChatRequest>): notificationsV1.ChatJoin {
  if (!done && value.join) return value.join;
  throw new DomainError('VALIDATION_FAILED', 'The first message says which room to join');
}

async function* utterancesOf(asked: AsyncIterator<notificationsV1.ChatRequest>): AsyncGenerator<Utterance> {
  for (let next = await asked.next(); !next.done; next = await asked.next()) {
    if (!next.value.say) throw new DomainError('VALIDATION_FAILED', 'After the first message there is only `say`');
    yield next.value.say;
  }
}
