/** All commands, in the order of the help. */
import { check } from './check.ts';
import { completion } from './completion.ts';
import { dlq } from './dlq.ts';
import { k8s } from './kubernetes.ts';
import { type Groups, programOf } from './program.ts';
import { proof } from './proof.ts';
import { building, shipping } from './ship.ts';
import { shop } from './shop.ts';

const groups: Groups = {
  'Run the shop': [...shop, dlq],
  'Check a change': check,
  'Prove and measure': proof,
  Kubernetes: [k8s],
  'Build and generate': building,
  'Ship and watch': [...shipping, completion],
};

export const halftone = () => programOf(groups);
