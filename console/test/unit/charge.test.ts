import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byPriority, inCharge, whoWords, wishWords } from '../../src/main/page/charge';
import { catalogue } from '../../src/main/page/words/words';

// The left side is what the node's Telling.inCharge and Telling.holder write.
test('the server’s words of who is in charge are understood', () => {
  assert.deepEqual(inCharge('anna (manual) until 18:02:00'), { who: 'anna', kind: 'somebody', priority: 'manual', until: '18:02' });
  assert.deepEqual(inCharge('anna (manual) until 2026-01-15 18:02:00'), { who: 'anna', kind: 'somebody', priority: 'manual', until: '2026-01-15 18:02' });
  assert.deepEqual(inCharge('shed_peak (economy)'), { who: 'shed_peak', kind: 'somebody', priority: 'economy' });
  assert.deepEqual(inCharge('grid_limit (protect) (a bound)'), { who: 'grid_limit', kind: 'somebody', priority: 'protect' });
  assert.deepEqual(inCharge('nobody: its fallback'), { who: '', kind: 'fallback' });
  assert.deepEqual(inCharge('nobody: out of service (pump leaks)'), { who: '', kind: 'service' });
  assert.deepEqual(inCharge('nobody'), { who: '', kind: 'nobody' });
  assert.deepEqual(inCharge('its minimum time until 14:12:00'), { who: 'its minimum time', kind: 'minimum', until: '14:12' });
});

test('who is in charge is told in the reader’s words', () => {
  assert.equal(whoWords(catalogue.en, 'shed_peak (economy)'), 'shed peak');
  assert.equal(whoWords(catalogue.nl, 'nobody'), 'Niemand');
  assert.equal(whoWords(catalogue.nl, 'its minimum time until 14:12:00'), 'Haar minimumtijd');
  assert.equal(wishWords(catalogue.nl, 'off'), 'uit');
  assert.equal(wishWords(catalogue.nl, 'at most 5 kW'), 'at most 5 kW');
});

test('the highest wish stands first', () => {
  const holds = ['economy', 'protect', 'manual'].map(priority => ({ who: priority, priority, wish: 'off' }));
  assert.deepEqual(byPriority(holds).map(h => h.priority), ['protect', 'manual', 'economy']);
});
