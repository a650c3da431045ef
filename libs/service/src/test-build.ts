/** Set by the bundler: false in what is deployed, true in a test build. Absent when sources run as they are. */
declare const HALFTONE_TEST_BUILD: boolean | undefined;

/** Whether bugs may be planted in this process. */
export const isTestBuild = (): boolean => typeof HALFTONE_TEST_BUILD !== 'undefined' && HALFTONE_TEST_BUILD === true;
