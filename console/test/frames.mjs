// Frames a second while 500 values change a second, and how long the first view and a zoom over a year take: figures, not a test.
import { open, visit } from './browser.mjs';

const browser = await open();
const { page, mock, signIn, to, end } = await visit(browser, { screen: 'wall', motion: 'no-preference', mock: { tick: 500, extraProperties: 250 } });
await signIn();
await page.goto(mock.address);
await page.locator('.machine').nth(7).waitFor();
// In the main thread's own time, which does not count what else the machine did meanwhile.
const cdp = await page.context().newCDPSession(page);
await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
const spent = async () => Object.fromEntries((await cdp.send('Performance.getMetrics')).metrics.map(m => [m.name, m.value]));
const before = await spent();
const frames = await page.evaluate(() => new Promise(done => {
  const times = [];
  let changes = 0;
  const seen = new MutationObserver(list => { changes += list.length; });
  seen.observe(document.body, { subtree: true, characterData: true, childList: true });
  const step = now => {
    times.push(now);
    if (now - times[0] < 10_000) requestAnimationFrame(step);
    else {
      const gaps = times.slice(1).map((t, i) => t - times[i]).sort((a, b) => a - b);
      done({ seconds: (times.at(-1) - times[0]) / 1000, perSecond: (times.length - 1) / ((times.at(-1) - times[0]) / 1000), p99: gaps[Math.floor(gaps.length * 0.99)], longest: gaps.at(-1), changesPerSecond: changes / 10 });
    }
  };
  requestAnimationFrame(step);
}));
const after = await spent();
const share = name => ((after[name] - before[name]) / (frames.seconds ?? 10) * 1000).toFixed(0);
console.log(`a second of the page costs the main thread ${share('TaskDuration')} ms: ${share('ScriptDuration')} ms of script, ${share('RecalcStyleDuration')} ms of style, ${share('LayoutDuration')} ms of layout`);
console.log(`frames: ${frames.perSecond.toFixed(1)} a second, 99 % within ${frames.p99.toFixed(1)} ms, longest ${frames.longest.toFixed(1)} ms; ${frames.changesPerSecond.toFixed(0)} changes of the page a second`);
const first = await page.evaluate(() => { const [n] = performance.getEntriesByType('navigation'); return { paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN, bytes: performance.getEntriesByType('resource').reduce((s, r) => s + r.transferSize, n.transferSize) }; });
console.log(`first view: something is seen after ${first.paint.toFixed(0)} ms`);
await to('thing/meter');
await page.locator('.readout .first').waitFor();
const began = Date.now();
await page.getByRole('button', { name: '1 year' }).click();
await page.locator('.chart .foot').getByText('By day').waitFor();
console.log(`a year: on the screen after ${Date.now() - began} ms (the mock computes it anew)`);
const zoom = await page.evaluate(async () => {
  const canvas = document.querySelector('.plot .canvas'), times = [];
  for (let i = 0; i < 30; i++) {
    const before = performance.now();
    canvas.dispatchEvent(new KeyboardEvent('keydown', { key: i % 2 ? '-' : '+', bubbles: true }));
    await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    times.push(performance.now() - before);
  }
  return times.sort((a, b) => a - b);
});
console.log(`a zoom step over it: median ${zoom[15].toFixed(1)} ms, longest ${zoom.at(-1).toFixed(1)} ms`);
await end();
await browser.close();
