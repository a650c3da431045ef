/**
 * A registry mirror without the binaries of other platforms yields a lockfile that `npm ci` refuses. This adds the missing
 * optional packages by name, version and platform, so that the lockfile is valid everywhere. Run it after `npm install`
 * changed package-lock.json: `halftone generate lockfile`. Pure.
 */

interface LockedPackage {
  version?: string;
  optional?: boolean;
  dev?: boolean;
  os?: string[];
  cpu?: string[];
  optionalDependencies?: Record<string, string>;
}

function platformOf(name: string): Pick<LockedPackage, 'os' | 'cpu'> {
  const os = /darwin|linux|win32|freebsd|android|openharmony/.exec(name)?.[0];
  const cpu = /x64|arm64|ia32|arm(?=v|-)|ppc64|s390x|riscv64|loong64/.exec(name)?.[0];
  return { ...(os && { os: [os] }), ...(cpu && { cpu: [cpu] }) };
}

/** The text that package-lock.json must have, from the one it has. */
export function completeLockfile(text: string): string {
  const lock = JSON.parse(text) as { packages: Record<string, LockedPackage> };
  const missing = Object.values(lock.packages).flatMap(({ optionalDependencies = {} }) =>
    Object.entries(optionalDependencies).filter(([name]) => !lock.packages[`node_modules/${name}`]),
  );
  for (const [name, version] of missing) {
    if (!/^\d/.test(version)) throw new Error(`${name}: the range ${version} needs a registry that has it`);
    lock.packages[`node_modules/${name}`] = { version, optional: true, dev: true, ...platformOf(name) };
  }
  const [root, ...rest] = Object.entries(lock.packages);
  if (!root) throw new Error('the lockfile holds no packages');
  lock.packages = Object.fromEntries([root, ...rest.sort(([a], [b]) => a.localeCompare(b, 'en'))]);
  return `${JSON.stringify(lock, null, 2)}\n`;
}
