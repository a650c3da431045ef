/** The third-party programs that speak to our edges, and how each is asked whether it is there. */
import { chromium, type Toolkit } from '@halftone/tools/check/debian.ts';

export const zeep: Toolkit = {
  packages: ['python3-zeep', 'python3-xmlsec'],
  ask: ['/usr/bin/python3', '-c', 'import zeep, xmlsec'],
};

export const php: Toolkit = {
  packages: ['php-cli', 'php-soap'],
  ask: ['php', '-r', 'exit(class_exists("SoapClient") ? 0 : 1);'],
};

export const xmlsec1: Toolkit = { packages: ['xmlsec1'], ask: ['xmlsec1', '--version'] };

export const coturn: Toolkit = { packages: ['coturn'], ask: ['turnserver', '--version'] };

export const venv: Toolkit = { packages: ['python3-venv'], ask: ['python3', '-c', 'import venv, ensurepip'] };

/** At the bank. */
export const soap: readonly Toolkit[] = [zeep, php, xmlsec1];

/** At realtime. */
export const streams: readonly Toolkit[] = [chromium, coturn, venv];
