import { stagesOf } from '@halftone/testing';
import type { GraphConfig } from './config';
import { GraphModule } from './graph.module';

test('the service starts nothing, and closes its connections to the subgraphs last', () => {
  expect(stagesOf(GraphModule.forRoot({} as GraphConfig))).toEqual({ close: ['subgraphs'] });
});
