import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Point } from '../../src/main/page/api';
import { append, everyFor, factsOf, moved, ofBuckets, ofPoints, zoomed } from '../../src/main/page/chartdata';

const t = (s: number) => new Date(s * 1000).toISOString();
const DAY = 86_400;

test('no line runs through what is missing', () => {
  const points: Point[] = [[t(0), 1, 'good'], [t(10), 2, 'good'], [t(60), 3, 'uncertain']];
  const series = ofPoints(points, [{ from: t(11), to: t(59), cause: 'wrong CRC' }], 100);
  assert.deepEqual(series.y, [1, 2, null, 3]);
  assert.ok(series.x[2]! > 10 && series.x[2]! < 60);
  assert.deepEqual(series.quality.at(-1), 'uncertain');
  assert.deepEqual(series.missing, [{ from: 11, to: 59, cause: 'wrong CRC', open: false }]);
});

test('what is still missing lasts until now', () => {
  assert.deepEqual(ofPoints([[t(0), 1, 'good']], [{ from: t(5), cause: 'no answer' }], 90).missing, [{ from: 5, to: 90, cause: 'no answer', open: true }]);
});

test('the times rise, whatever is missing', () => {
  const points: Point[] = Array.from({ length: 50 }, (_, i) => [t(i * 10), i, 'good']);
  const gaps = [3, 17, 40].map(i => ({ from: t(i * 10), to: t(i * 10 + 4), cause: 'x' }));
  const { x } = ofPoints(points, gaps, 1000);
  assert.ok(x.every((v, i) => i === 0 || v > x[i - 1]!));
});

test('flags are steps of 0 and 1, choices have their words, registers their number', () => {
  assert.deepEqual(ofPoints([[t(0), true], [t(1), false]], [], 9).y, [1, 0]);
  const choice = ofPoints([[t(0), 'idle'], [t(1), 'charging'], [t(2), 'idle']], [], 9);
  assert.deepEqual([choice.y, choice.words], [[0, 1, 0], ['idle', 'charging']]);
  assert.deepEqual(ofPoints([[t(0), '8412.611']], [], 9).y, [8412.611]);
});

test('a roll-up has a line and a band, a hole where it counted nothing', () => {
  const series = ofBuckets([
    { from: t(0), to: t(900), count: 90, min: 1, max: 5, mean: 2, time_mean: 2.5 }, { from: t(900), to: t(1800), count: 0 },
  ], [], 'quarter', 1800, false);
  assert.deepEqual([series.x, series.y, series.low, series.high], [[450, 1350], [2.5, null], [1, null], [5, null]]);
  assert.deepEqual(factsOf(series), { least: 1, most: 5, last: 2.5 });
});

test('a register rolled up shows what it stood at', () => {
  assert.deepEqual(ofBuckets([{ from: t(0), to: t(DAY), count: 9, min: 1, max: 9, mean: 5, last: '9.5' }], [], 'day', DAY, true).y, [9.5]);
});

test('each span has its roll-up, coarser the wider it is', () => {
  assert.deepEqual([0.04, 1, 7, 30, 365].map(d => everyFor(d * DAY)), ['raw', 'raw', 'quarter', 'hour', 'day']);
});

test('a new reading goes to the end, an old one nowhere', () => {
  const series = ofPoints([[t(10), 1, 'good']], [], 20);
  assert.deepEqual(append(series, 11, 2, 'good').y, [1, 2]);
  assert.deepEqual(append(series, 10, 2, 'good').y, [1]);
});

test('zooming keeps the time under the pointer, and stays within limits', () => {
  const span = zoomed({ from: 0, to: 1000 }, 0.5, 250, 100_000);
  assert.deepEqual(span, { from: 125, to: 625 });
  assert.ok(zoomed({ from: 0, to: 100 }, 0.0001, 50, 1000).to - zoomed({ from: 0, to: 100 }, 0.0001, 50, 1000).from >= 60);
  assert.ok(zoomed({ from: 0, to: 300 * DAY }, 1000, 50, 400 * DAY).to <= 4000 * DAY);
});

test('moving ends at now', () => {
  assert.deepEqual(moved({ from: 0, to: 100 }, -1, 1000), { from: -100, to: 0 });
  assert.ok(moved({ from: 900, to: 1000 }, 5, 1000).to <= 1002);
});
