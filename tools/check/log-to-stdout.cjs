// Pino writes to the file descriptor unless `process.stdout.write` was replaced. Jest replaces it when it runs tests without workers; here
// it is replaced in workers too, so that a test can always read the log lines.
const { stdout } = process;
if (!Object.hasOwn(stdout, 'write')) stdout.write = stdout.write.bind(stdout);
