/** Every attack that is repeated, in the order of their reports. */
import { manyAliases } from './aliases.ts';
import { anonymousBodies } from './anonymous-bodies.ts';
import type { Attack } from './attack.ts';
import { centTransfers } from './cent-transfers.ts';
import { oversizedEvent } from './oversized-event.ts';
import { pictureBombs } from './picture-bombs.ts';
import { manyTickets } from './tickets.ts';
import { unfinishedUploads } from './unfinished-uploads.ts';
import { unknownRecipients } from './unknown-recipients.ts';
import { unreadAnswers } from './unread-answers.ts';
import { websocketPings } from './websocket-pings.ts';
import { wrongGuesses } from './wrong-guesses.ts';

export const attacks: readonly Attack[] = [
  unreadAnswers,
  pictureBombs,
  centTransfers,
  oversizedEvent,
  unfinishedUploads,
  anonymousBodies,
  manyAliases,
  websocketPings,
  manyTickets,
  wrongGuesses,
  unknownRecipients,
];
