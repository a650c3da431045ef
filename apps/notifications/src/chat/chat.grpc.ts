import { notificationsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { DomainError } from '@halftone/kernel';
import { permittedCaller } from '@halftone/service';
import type { ChatInput, ChatUpdate, Message } from './chat';
import { ChatService } from './chat.service';
import { notificationsRequests } from '../requests.schema';

@GrpcController(notificationsV1.NotificationsServiceService, notificationsRequests)
export class ChatGrpc {
  constructor(private readonly chats: ChatService) {}

  async *chat(requests: AsyncIterable<notificationsV1.ChatRequest>): AsyncGenerator<notificationsV1.ChatResponse> {
    const caller = permittedCaller('notifications.Chat');
    const messages = requests[Symbol.asyncIterator]();
    const { room, after } = joinIn(await messages.next());
    for await (const update of this.chats.join(caller, room, after, inputsOf(messages))) yield toWire(update);
  }
}

function joinIn({ value, done }: IteratorResult<notificationsV1.ChatRequest>): notificationsV1.ChatJoin {
  if (!done && value.join) return value.join;
  throw new DomainError('VALIDATION_FAILED', 'The first message must be `join`');
}

async function* inputsOf(messages: AsyncIterator<notificationsV1.ChatRequest>): AsyncGenerator<ChatInput> {
  for (let next = await messages.next(); !next.done; next = await messages.next()) {
    if (!next.value.say) throw new DomainError('VALIDATION_FAILED', 'Every message after the first must be `say`');
    yield next.value.say;
  }
}

function toWire(update: ChatUpdate): notificationsV1.ChatResponse {
  if ('joined' in update) return { joined: update.joined };
  if ('said' in update) return { said: messageOf(update.said) };
  const { clientId, error } = update.refused;
  return { refused: { clientId, code: error.code, detail: error.message } };
}

const messageOf = ({ sender, ...message }: Message): notificationsV1.ChatMessage => ({ ...message, from: sender });
