import type { notificationsV1 } from '@halftone/contracts';
import type { Message, Told } from './chat';

export function toWire(told: Told): notificationsV1.ChatResponse {
  if ('joined' in told) return { joined: told.joined };
  if ('said' in told) return { said: messageOf(told.said) };
  const { clientId, error } = told.refused;
  return { refused: { clientId, code: error.code, detail: error.message } };
}

const messageOf = ({ sender, ...message }: Message): notificationsV1.ChatMessage => ({ ...message, from: sender });
