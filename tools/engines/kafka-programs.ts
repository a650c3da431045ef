/** Finds Kafka's jars and a Java that can run them. */
import { existsSync, readdirSync, realpathSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { capture, findProgram } from '../os/command.ts';
import { javaHome, kafkaHome, root } from '../os/config.ts';
import { paths } from '../os/home.ts';
import { Unavailable } from '../os/unavailable.ts';
import { versionIn } from './way.ts';
import type { EngineContext } from './engine.ts';

export interface KafkaPrograms {
  java: string;
  /** Folder of the jars. */
  libs: string;
}

const version = '4.1.0';

export async function findKafka(way: 'path' | 'packages', context: EngineContext): Promise<KafkaPrograms> {
  const libs = way === 'path' ? installedJars() : undefined;
  const java = await findJava();
  return { java, libs: libs ?? (await jarsFromMaven(context)) };
}

export function installedJars(): string {
  const script = findProgram('kafka-server-start.sh') ?? findProgram('kafka-server-start');
  const folder = kafkaHome ?? (script ? dirname(dirname(realpathSync(script))) : undefined);
  if (!folder) throw new Unavailable('kafka-server-start.sh is not on PATH and KAFKA_HOME is not set');
  const libs = [join(folder, 'libs'), join(folder, 'libexec/libs')].find(existsSync);
  const jar = libs && readdirSync(libs).find((file) => /^kafka_2\.\d+-\d+\.\d+\.\d+\.jar$/.test(file));
  if (!libs || !jar) throw new Unavailable(`${folder} holds no Kafka jars`);
  const [major = 0] = versionIn(jar.replace(/^kafka_2\.\d+-/, ''));
  if (major < 4) throw new Unavailable(`${jar} is too old, Kafka 4 is needed`);
  return libs;
}

export async function findJava(): Promise<string> {
  const java = javaHome ? join(javaHome, 'bin/java') : findProgram('java');
  if (!java || !existsSync(java)) throw new Unavailable('java is not installed');
  const [major = 0] = versionIn(await capture(java, ['--version']).catch(() => '1'));
  if (major < 17) throw new Unavailable(`${java} is Java ${major}, 17 is needed`);
  return java;
}

/** Where Maven's jars are, or will be. */
export const downloadedJars = (): string => join(paths.engines, `kafka-${version}`);

export function findMaven(): string {
  const maven = findProgram('mvn');
  if (!maven) throw new Unavailable('mvn is not installed');
  return maven;
}

async function jarsFromMaven({ note, signal }: EngineContext): Promise<string> {
  const libs = downloadedJars();
  if (existsSync(libs)) return libs;
  const maven = findMaven();
  note(`downloading Kafka ${version} with Maven`);
  const part = `${libs}.part`;
  rmSync(part, { recursive: true, force: true });
  const goal = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
  const pom = join(root, 'tools/engines/kafka/pom.xml');
  await capture(maven, ['-q', '-B', '-f', pom, goal, `-DoutputDirectory=${part}`], { signal });
  renameSync(part, libs);
  return libs;
}
