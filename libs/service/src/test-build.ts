/** Set by the bundler: false in production builds, true in test builds, absent when the sources run unbundled. */
declare const HALFTONE_TEST_BUILD: boolean | undefined;

/** Whether this process may have planted bugs. */
export const isTestBuild = (): boolean => typeof HALFTONE_TEST_BUILD !== 'undefined' && HALFTONE_TEST_BUILD === true;
