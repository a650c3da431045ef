/**
 * `npm run dashboards`: Grafana's dashboards and Prometheus' rules of the chart.
 *
 * Exit code 0 if what was asked holds, 1 if not, 2 if it could not be asked, 64 for a wrong command line.
 */
import { onInterruption } from '../engines/interruption.ts';
import { argumentsOf, numberOf, wrongUsage } from '../command/arguments.ts';
import { checkPanels, type Finding } from './check-panels.ts';
import { loadAll, stale, writeAll } from './files.ts';
import { Prometheus } from './prometheus.ts';
import { findPromtool, judgeRules } from './promtool.ts';
import { watch } from './watch.ts';

const usage = `npm run dashboards                    writes helm/halftone/files/dashboards from tools/dashboards
npm run dashboards -- --check         fails if they are not what the source gives
npm run dashboards -- check           that, and promtool on the rules and their tests
npm run dashboards -- check-panels --prometheus URL [--minutes 5] [--json]
                                      asks every panel's query; fails on an error or an empty answer
npm run dashboards -- watch [--port 9090]
                                      a Prometheus on the processes of npm start`;

const words = (line: string) => process.stderr.write(`${line}\n`);
const say = (line: string) => process.stdout.write(`${line}\n`);

function write(): boolean {
  words(`written: ${writeAll().join(' ')}`);
  return true;
}

function checkFiles(): boolean {
  const names = stale();
  if (names.length > 0) words(`stale: ${names.join(' ')}. Run npm run dashboards and commit the result`);
  return names.length === 0;
}

async function check(): Promise<boolean> {
  const current = checkFiles();
  const { ok, output } = await judgeRules(await findPromtool());
  words(output.trim());
  return current && ok;
}

async function checkAllPanels(url: string | undefined, minutes: number, json: boolean): Promise<boolean> {
  if (!url || !URL.canParse(url))
    wrongUsage('--prometheus takes the URL of a Prometheus that scrapes the running system', usage);
  const prometheus = new Prometheus(url);
  if ((await prometheus.targetsUp()) === 0) throw new Error(`${url} scrapes nothing that answers`);
  const { ok, dashboards, panels, findings } = await checkPanels(prometheus, loadAll(), minutes);
  const empty = findings.filter((finding) => !finding.ok);
  if (json) findings.forEach((finding) => say(JSON.stringify(finding)));
  else empty.forEach(sayEmpty);
  const counts = { dashboards, panels, queries: findings.length, empty: empty.length };
  if (json) say(JSON.stringify({ checkPanels: ok ? 'ok' : 'failed', ...counts }));
  words(
    `${dashboards} dashboards, ${panels} panels, ${findings.length} queries: ${ok ? 'all show something' : `${empty.length} show nothing`}`,
  );
  return ok;
}

const sayEmpty = ({ dashboard, kind, asker, reason, query }: Finding) =>
  say(`✘ ${dashboard} / ${kind} "${asker}": ${reason}\n    ${query}`);

async function watchHere(port: number): Promise<boolean> {
  const { signal } = onInterruption(() => undefined);
  await watch(signal, words, port);
  return true;
}

async function main(): Promise<boolean> {
  const options = {
    help: { type: 'boolean' },
    check: { type: 'boolean' },
    json: { type: 'boolean', default: false },
    prometheus: { type: 'string' },
    minutes: { type: 'string', default: '5' },
    port: { type: 'string', default: '9090' },
  } as const;
  const { values, positionals } = argumentsOf({ options, allowPositionals: true }, usage);
  if (values.help) return say(usage);
  const [command = values.check ? '--check' : 'write', ...rest] = positionals;
  const commands: Readonly<Record<string, () => boolean | Promise<boolean>>> = {
    write,
    check,
    '--check': checkFiles,
    'check-panels': () => checkAllPanels(values.prometheus, numberOf('minutes', values.minutes, usage), values.json),
    watch: () => watchHere(numberOf('port', values.port, usage)),
  };
  const run = commands[command];
  if (!run || rest.length > 0) return wrongUsage(`no command '${positionals.join(' ')}'`, usage);
  return run();
}

main().then(
  (ok) => (process.exitCode = ok ? 0 : 1),
  (error: Error) => {
    words(error.message);
    process.exitCode = 2;
  },
);
