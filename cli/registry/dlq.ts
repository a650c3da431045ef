/** Alone in its file: the image `tools` holds this command and verify. */
import { Option } from 'commander';
import { states } from '@halftone/tools/dlq/wish.ts';
import { command, type HalftoneCommand } from './halftone-command.ts';

const load = () => import('../dlq.ts');

const filtered = (one: HalftoneCommand): HalftoneCommand =>
  one.option('--group <group>', 'only of this consumer group').option('--reason <reason>', 'only with this reason');

const list = filtered(command('list', 'list dead letters', 'halftone dlq list --state all'))
  .addOption(new Option('--state <state>', 'only in this state').choices(states).default('open'))
  .json()
  .runs(async () => ({ run: (await load()).list }));

const show = command('show', 'show one: reason, origin, headers and value', 'halftone dlq show orders/17')
  .argument('<id>', 'GROUP/OFFSET, as list prints it')
  .json()
  .runs(async () => ({ run: (await load()).show }));

const closing = (one: HalftoneCommand): HalftoneCommand =>
  filtered(one.argument('[id...]', 'GROUP/OFFSET, as list prints it'))
    .option('--all', 'every open one, of that group and with that reason', false)
    .json();

const replay = closing(
  command('replay', 'send the event again to its group, after a repair', 'halftone dlq replay orders/17'),
).runs(async () => ({ run: (await load()).replay }));

const drop = closing(command('drop', 'note that nothing is to be done', 'halftone dlq drop --all --group orders')).runs(
  async () => ({ run: (await load()).drop }),
);

export const dlq = command('dlq', 'show, replay or drop events that a consumer could not handle', 'halftone dlq list')
  .addHelpText('after', '\nBrokers: KAFKA_BROKERS, else those of the shop that runs here.')
  .addCommand(list)
  .addCommand(show)
  .addCommand(replay)
  .addCommand(drop);
