import { systemOf } from './machine.ts';

test.each([
  ['Debian', 'linux', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\n', 'debian'],
  ['Ubuntu', 'linux', 'NAME="Ubuntu"\nID=ubuntu\nID_LIKE=debian\n', 'ubuntu'],
  ['Linux Mint', 'linux', 'ID=linuxmint\nID_LIKE="ubuntu debian"\n', 'ubuntu'],
  ['Fedora', 'linux', 'NAME="Fedora Linux"\nID=fedora\n', 'fedora'],
  ['Rocky Linux', 'linux', 'ID="rocky"\nID_LIKE="rhel centos fedora"\n', 'fedora'],
  ['Alpine', 'linux', 'ID=alpine\n', undefined],
  ['a Linux that does not say', 'linux', '', undefined],
  ['macOS', 'darwin', '', 'macos'],
] as const)('%s', (_, platform, release, system) => {
  expect(systemOf(platform, release)).toBe(system);
});
