/** The deployed build, and the test build with planted bugs. Each has its own folder in apps/NAME. */
export const bundleFolder = { production: 'bundle', test: 'bundle-test' } as const;

/** Packages that a bundle cannot hold: they load a native library from a path next to themselves. */
export const native: readonly string[] = ['sharp'];

export type BuildKind = keyof typeof bundleFolder;
