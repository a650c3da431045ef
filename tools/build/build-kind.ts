/** What is deployed, and the build in which bugs can be planted; each has its own folder in apps/NAME. */
export const bundleFolder = { production: 'bundle', test: 'bundle-test' } as const;

export type BuildKind = keyof typeof bundleFolder;
