/** The commands that build, generate and ship. */
import { Argument } from 'commander';
import { defaultBase } from '@halftone/tools/build/images/tag.ts';
import { type GeneratedKind, generatedKinds } from './generated-kinds.ts';
import { command, type HalftoneCommand } from './halftone-command.ts';
import { aboveZero, url, wholeNumber } from './values.ts';

const build = command('build', 'bundle every app, if anything changed', 'halftone build')
  .option('--test', 'to apps/NAME/bundle-test, where bugs can be planted', false)
  .json()
  .runs(() => import('../build.ts'));

interface GenerateOptions {
  check: boolean;
  json: boolean;
}

const generate: HalftoneCommand = command(
  'generate',
  'write the files made from others',
  'halftone generate limits --check',
)
  .addArgument(new Argument('[what...]', 'only these').choices(generatedKinds))
  .option('--check', 'change nothing; exit code 1 if a file is stale', false)
  .json()
  .lists('What', [
    ['contracts', 'proto/ to libs/contracts/src/gen'],
    ['supergraph', 'the subgraphs to apps/graph/src/supergraph.ts'],
    ['chart', 'values.schema.json to the table in helm/halftone/README.md'],
    ['dashboards', 'tools/chart/dashboards to helm/halftone/files/dashboards'],
    ['limits', 'libs/contracts/src/limits to docs/limits.md'],
    ['commands', 'cli/registry to docs/commands.md'],
    ['lockfile', 'optional packages of other platforms in package-lock.json'],
  ])
  .runs(async () => {
    const { run } = await import('../generate.ts');
    return { run: (options: GenerateOptions, given: GeneratedKind[]) => run(options, given, generate.root()) };
  });

const images = command('images', 'build the container images that are missing', 'halftone images --also latest')
  .option('--base <image>', `has Node 24, npm and user 1000 (${defaultBase})`)
  .option('--also <tag>', 'give them this tag as well')
  .option('--force', 'build even what is there', false)
  .json()
  .addHelpText('after', '\nThe tag is a fingerprint of the sources: the same sources give the same tag.')
  .runs(() => import('../images.ts'));

const sbom = command('sbom', 'write a bill of materials (CycloneDX) for each image', 'halftone sbom')
  .option('--base <image>', 'the base the images are built on', defaultBase)
  .json()
  .runs(() => import('../sbom.ts'));

const rules = command('check', 'check dashboards and alert rules with promtool', 'halftone dashboards check')
  .json()
  .runs(async () => ({ run: (await import('../dashboards.ts')).check }));

const panels = command(
  'panels',
  "ask every panel's query",
  'halftone dashboards panels --prometheus http://127.0.0.1:9090',
)
  .requiredOption('--prometheus <url>', 'a Prometheus that scrapes the running system', url)
  .option('--minutes <n>', 'how far to look back', aboveZero, 5)
  .json()
  .runs(async () => ({ run: (await import('../dashboards.ts')).panels }));

const watch = command('watch', 'run a Prometheus on the shop that runs here', 'halftone dashboards watch --port 9090')
  .option('--port <port>', 'its port', wholeNumber(1, 65_535), 9090)
  .json()
  .runs(async () => ({ run: (await import('../dashboards.ts')).watchHere }));

const dashboards = command(
  'dashboards',
  'check the dashboards, or watch the shop with them',
  'halftone dashboards check',
)
  .addCommand(rules)
  .addCommand(panels)
  .addCommand(watch);

const clean = command('clean', 'delete what builds and tests wrote; data stays', 'halftone clean')
  .json()
  .runs(() => import('../clean.ts'));

export const building = [build, generate, clean];
export const shipping = [images, sbom, dashboards];
