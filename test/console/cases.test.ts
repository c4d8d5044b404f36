import { expect, test } from 'vitest';
import type { Case, CaseDetail } from '../../src/api/contract.ts';
import { caseMoves } from '../../src/console/logic/case-moves.ts';
import { compareCases } from '../../src/console/logic/case-order.ts';
import { history } from '../../src/console/logic/history.ts';
import { allows } from '../../src/model/permission.ts';
import { alarm } from './alarm.ts';

const zhao = { id: 'zhao', role: 'grid-worker' } as const;
const lin = { id: 'lin', role: 'duty-officer' } as const;
const chen = { id: 'chen', role: 'integrator' } as const;
const step = (kind: CaseDetail['steps'][number]['kind'], by?: { id: string }) => ({
  kind,
  by: by ? { id: by.id, name: by.id } : null,
});

test('a case can be accepted, then handled, then verified, and noted at any time', () => {
  expect(caseMoves({ status: 'dispatched', steps: [] }, zhao)).toEqual(['accept', 'note']);
  expect(caseMoves({ status: 'accepted', steps: [step('accepted', zhao)] }, zhao)).toEqual(['handled', 'note']);
  expect(caseMoves({ status: 'closed', steps: [] }, lin)).toEqual(['note']);
});

test('whoever worked on a case never verifies it, also not after it was sent back', () => {
  const steps = [step('accepted', zhao), step('handled', zhao)];
  expect(caseMoves({ status: 'handled', steps }, zhao)).toEqual(['note']);
  expect(caseMoves({ status: 'handled', steps }, lin)).toEqual(['verify', 'note']);
  expect(
    caseMoves({ status: 'handled', steps: [...steps, step('sent-back', lin), step('handled', lin)] }, lin),
  ).toEqual(['note']);
});

test('an integrator looks into the quarantine and works on no case', () => {
  expect(caseMoves({ status: 'dispatched', steps: [] }, chen)).toEqual([]);
  expect(allows('integrator', 'quarantine.read')).toBe(true);
  expect(allows('grid-worker', 'quarantine.read')).toBe(false);
});

test('cases that wait for someone come first, the worst of them at the top', () => {
  const row = (id: string, status: Case['status'], severity: 'red' | 'blue') => ({
    case_: { id, status, openedAt: 0 } as Case,
    alarm: alarm({ severity }),
  });
  const rows = [
    row('closed', 'closed', 'red'),
    row('hand', 'accepted', 'red'),
    row('verify', 'handled', 'blue'),
    row('blue', 'dispatched', 'blue'),
    row('red', 'dispatched', 'red'),
  ];
  expect(rows.sort(compareCases).map((one) => one.case_.id)).toEqual(['red', 'blue', 'verify', 'hand', 'closed']);
});

test('whoever acknowledges accepts with the same deed, which is told once', () => {
  const by = { id: 'zhao', name: '赵建国' };
  const change = { seq: 2, kind: 'acknowledged', severity: 'red', at: 5, recordedAt: 5, by, note: '去', values: null };
  const accepted = { seq: 3, kind: 'accepted', at: 5, by, to: null, areaId: null, note: '去' };
  const told = (step: object) =>
    history({ changes: [change as never], case: { steps: [{ ...accepted, ...step }] } as never }).map((entry) => [
      entry.key,
      entry.step?.seq,
    ]);
  expect(told({})).toEqual([['change 2', 3]]);
  expect(told({ at: 9 })).toHaveLength(2);
  expect(told({ by: { id: 'lin', name: '林晓梅' } })).toHaveLength(2);
});

test('changes of the alarm and steps of its case are one story, newest first; what came at once stays in order', () => {
  const change = (seq: number, recordedAt: number) => ({
    seq,
    kind: 'raised' as const,
    severity: 'red' as const,
    at: 0,
    recordedAt,
    by: null,
    note: null,
    values: null,
    replayId: null,
    endedBy: null,
    correction: null,
  });
  const caseStep = (seq: number, kind: 'opened' | 'dispatched', at: number) => ({
    seq,
    kind,
    at,
    by: null,
    to: null,
    areaId: null,
    note: null,
  });
  const told = history({
    changes: [change(1, 100), change(2, 300)],
    case: { steps: [caseStep(1, 'opened', 200), caseStep(2, 'dispatched', 200)] } as never,
  });
  expect(told.map((entry) => entry.key)).toEqual(['change 2', 'step 2', 'step 1', 'change 1']);
});
