/** Each wrong call is answered with the name of what is wrong, with where help is, and with 64. */
import { called } from './called.fixture.ts';

test.each([
  ['', 'halftone needs one of: start, dev, engines'],
  ['nosuch', "unknown command 'nosuch'"],
  ['benhc', 'Did you mean bench?'],
  ['--bogus', "unknown option '--bogus'"],
  ['--bogus build', "unknown option '--bogus'"],
  ['help nosuch', "unknown command 'nosuch'"],
  ['start --onec', 'Did you mean --once?'],
  ['start now', "start takes no 'now'"],
  ['doctor minikube', "there is no way 'minikube'. There is start, packages, docker,"],
  ['doctor start now', "doctor takes no 'now'"],
  ['build bogus', "build takes no 'bogus'"],
  ['lint apps', "lint takes no 'apps'"],
  ['test --only', "option '--only <name>' argument missing"],
  ['bench', "missing required argument 'name'"],
  ['bench nosuch', "there is no name 'nosuch'. There is startup,"],
  ['bench startup bogus', "bench takes no 'bogus'"],
  ['bench startup --rounds 0', "'--rounds <n>' argument '0' is invalid"],
  ['lab', 'lab needs one of: attacks,'],
  ['lab atacks', 'Did you mean attacks?'],
  ['lab refunds --seconds 3', "unknown option '--seconds'"],
  ['chaos --seed abc', "'--seed <n>' argument 'abc' is invalid. It takes a whole number"],
  ['chaos --minutes 0', "'--minutes <n>' argument '0' is invalid. It takes a number above 0"],
  ['chaos extra', "chaos takes no 'extra'"],
  ['verify --patience soon', "'--patience <seconds>' argument 'soon' is invalid"],
  ['verify --watch --port 70000', "'--port <port>' argument '70000' is invalid"],
  ['load marathon', "there is no name 'marathon'. There is smoke, orders,"],
  ['load orders smoke', "load takes no 'smoke'"],
  ['load orders --treshold a=b', 'Did you mean --threshold?'],
  ['load orders --rate', "option '--rate <n>' argument missing"],
  ['generate chrat', "there is no what 'chrat'. There is contracts,"],
  ['dlq', 'dlq needs one of: list, show, replay, drop'],
  ['dlq resend g/1', "unknown command 'resend'"],
  ['dlq show g/1 g/2', "dlq show takes no 'g/2'"],
  ['dlq list g/1', "dlq list takes no 'g/1'"],
  ['dlq list --state closed', "'--state <state>' argument 'closed' is invalid. There is open, replayed, dropped, all"],
  ['dlq list --colour', "unknown option '--colour'"],
  ['dlq drop --all --state replayed', "unknown option '--state'"],
  ['k8s', 'k8s needs one of: up, down, kill, report, test'],
  ['k8s pu', 'Did you mean up?'],
  ['k8s up --profile half', "'--profile <name>' argument 'half' is invalid. There is core, full"],
  ['k8s up --without kafka', "'--without <list>' argument 'kafka' is invalid. There is no kafka"],
  ['k8s kill', "missing required argument 'service'"],
  ['k8s kill realtime --count many', "'--count <n>' argument 'many' is invalid"],
  ['dashboards panels', "required option '--prometheus <url>' not specified"],
  ['dashboards panels --prometheus nowhere', "argument 'nowhere' is invalid. It takes a URL"],
  ['completion fish', "there is no shell 'fish'. There is bash, zsh"],
])('halftone %s', async (line, why) => {
  const { code, stdout, stderr, given } = await called(line.split(' ').filter(Boolean));
  expect({ code, stdout, given }).toEqual({ code: 64, stdout: '', given: undefined });
  expect(stderr).toContain(why);
  expect(stderr).toContain('--help shows how to call it');
});

test.each([
  ['engines bogus', "engines takes 'stop', not 'bogus'"],
  ['dev bogus', 'no service bogus; there are '],
  ['test --only nonsense --list', 'nothing is called nonsense; there is:'],
  ['chaos --only nonsense --plan', '--only nonsense: no file in proof/chaos/faults/ has that id'],
  ['dlq replay', 'replay what? An ID, or --all'],
  ['dlq replay g/1 --all', 'either IDs or --all'],
  ['load orders --duration long', '--duration long: write it like 30s'],
  ['k8s test --only nonsense', 'no phase nonsense: there is chart'],
  ['k8s down --minikube --context other', '--minikube makes a cluster of its own'],
])('halftone %s, which its work refuses', async (line, why) => {
  const { code, stderr } = await called(line.split(' '), { work: true });
  expect({ code, stderr }).toEqual({ code: 64, stderr: expect.stringContaining(why) });
});
