/**
 * A CycloneDX 1.6 bill of materials from the lockfile and the places of the packages that are inside. Pure.
 * Not by @cyclonedx/cyclonedx-esbuild (1.4.4), which misses sharp and its libvips, because a bundle can't hold them, and has no hashes.
 * https://cyclonedx.org/docs/1.6/json/
 */
import { nameOf, needsOf, type LockedPackage, type Lockfile } from '../packages.ts';

export interface Contents {
  /** `orders` */
  service: string;
  /** The image's tag. */
  version: string;
  base: string;
  /** Places in the lockfile. */
  packages: readonly string[];
  /** Those of the packages that the service itself asks for, by name. */
  declared: ReadonlySet<string>;
}

interface Component {
  type: 'library' | 'container';
  'bom-ref': string;
  group?: string;
  name: string;
  version: string;
  purl?: string;
  licenses?: { expression: string }[];
  hashes?: { alg: 'SHA-512'; content: string }[];
}

export interface Sbom {
  $schema: string;
  bomFormat: 'CycloneDX';
  specVersion: '1.6';
  serialNumber: string;
  version: 1;
  metadata: {
    timestamp: string;
    component: Component;
    properties: { name: string; value: string }[];
  };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

/** https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md */
const purlOf = (name: string, version: string): string => `pkg:npm/${name.replace('@', '%40')}@${version}`;

function hashesOf(integrity: string | undefined): Component['hashes'] {
  const [algorithm, base64] = integrity?.split(/-(.*)/) ?? [];
  if (algorithm !== 'sha512' || !base64) return undefined;
  return [{ alg: 'SHA-512', content: Buffer.from(base64, 'base64').toString('hex') }];
}

function componentOf(place: string, { version = '', license, integrity }: LockedPackage): Component {
  const full = nameOf(place);
  const [group, name] = full.startsWith('@') ? (full.split('/') as [string, string]) : [undefined, full];
  const hashes = hashesOf(integrity);
  return {
    type: 'library',
    'bom-ref': purlOf(full, version),
    ...(group && { group }),
    name,
    version,
    purl: purlOf(full, version),
    ...(license && { licenses: [{ expression: license }] }),
    ...(hashes && { hashes }),
  };
}

/** Throws when something is inside that the lockfile does not know: then it is not what `npm ci` gave. */
export function sbomOf(contents: Contents, lockfile: Lockfile, id: string, now: Date): Sbom {
  const inside = new Map<string, Component>();
  for (const place of contents.packages) {
    const locked = lockfile[place];
    if (!locked) throw new Error(`${place} is in ${contents.service} but not in package-lock.json: run npm ci`);
    inside.set(place, componentOf(place, locked));
  }
  const components = new Map([...inside.values()].map((component) => [component['bom-ref'], component]));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${id}`,
    version: 1,
    metadata: {
      timestamp: now.toISOString(),
      component: imageOf(contents),
      properties: [{ name: 'halftone:image:base', value: contents.base }],
    },
    components: [...components.values()],
    dependencies: dependenciesOf(contents, lockfile, inside),
  };
}

const imageOf = ({ service, version }: Contents): Component => ({
  type: 'container',
  'bom-ref': `halftone/${service}`,
  name: `halftone/${service}`,
  version,
  licenses: [{ expression: 'Apache-2.0' }],
});

/** The dependencies between the components inside. The same version in two places is one component. */
function dependenciesOf(
  { service, declared }: Contents,
  lockfile: Lockfile,
  inside: ReadonlyMap<string, Component>,
): Sbom['dependencies'] {
  const edges = new Map<string, Set<string>>([[`halftone/${service}`, new Set()]]);
  const add = (from: string, places: readonly string[]) => {
    const needed = edges.get(from) ?? new Set();
    edges.set(from, needed);
    for (const place of places) {
      const to = inside.get(place);
      if (to && to['bom-ref'] !== from) needed.add(to['bom-ref']);
    }
  };
  add(
    `halftone/${service}`,
    [...declared].map((name) => `node_modules/${name}`),
  );
  for (const [place, component] of inside) add(component['bom-ref'], needsOf(lockfile, place));
  return [...edges].map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].sort() }));
}
