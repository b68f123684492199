// Machine to machine: who looks at whom and who switches what, with the values that flow. On a narrow screen it is a list.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Link, Thing } from '../api';
import { wishWords } from '../charge';
import { address, useAround, useLive } from '../context';
import { thingOf, titleOf } from '../format';
import { layOut, sourcesOf } from '../linkmap';
import { Card, Icon, LiveValue } from './small';

const MAP_WIDTH_MIN = 620;

export function LinkMap() {
  const { words, live, links } = useAround();
  const things = useLive(live, s => s.things);
  const box = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (!box.current) return;
    const watch = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    watch.observe(box.current);
    return () => watch.disconnect();
  }, []);
  const known = new Set(things.flatMap(t => t.properties.map(p => p.property)));
  const rem = parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
  const wide = width / rem >= MAP_WIDTH_MIN;
  const layout = wide ? layOut(links, known, width / rem) : undefined;
  const unit = (n: number) => `${n / 16}rem`;
  return (
    <Card title={words.linkMap} class="links">
      {links.length === 0 && <p class="soft">{words.noLinks}</p>}
      <div ref={box} class="map" style={layout ? { height: unit(layout.height) } : {}}>
        {layout && (
          <>
            <svg viewBox={`0 0 ${layout.width} ${layout.height}`} width="100%" height="100%" aria-hidden="true">
              {layout.lines.map(l => (
                <g key={`${l.link.id}:${l.from.y}`} class={`line ${l.link.private ? 'private' : l.link.active ? 'active' : ''}`}>
                  <path d={l.path} /><path class="flow" d={l.path} /><circle cx={l.from.x} cy={l.from.y} r="3.5" /><path class="head" d={head(l.to.x, l.to.y, l.to.x > l.from.x)} />
                </g>
              ))}
            </svg>
            {layout.places.map(place => <Machine key={place.thing} thing={things.find(t => t.id === place.thing)} id={place.thing} place={{ left: unit(place.x), top: unit(place.y), width: unit(place.width), height: unit(place.height) }} ports={place.ports.map(p => p.path)} />)}
            {layout.lines.filter(l => l.link.private || l.link.active).map(l => (
              <span key={`${l.link.id}:${l.from.y}:flag`} class={`flag ${l.link.private ? 'private' : ''}`} style={{ left: unit(l.middle.x), top: unit(l.middle.y) }} aria-hidden="true">
                {l.link.private ? <Icon name="lock" size={14} /> : wishWords(words, l.link.wish)}
              </span>
            ))}
          </>
        )}
      </div>
      <ul class={wide ? 'hidden' : 'plain linklist'}>{links.map(l => <Line key={l.id} link={l} known={known} />)}</ul>
      {wide && links.length > 0 && <p class="soft small">{words.linkMapNote}</p>}
    </Card>
  );
}

const head = (x: number, y: number, right: boolean) => right ? `M${x - 8},${y - 5} L${x},${y} L${x - 8},${y + 5}` : `M${x + 8},${y - 5} L${x},${y} L${x + 8},${y + 5}`;

function Line({ link, known }: { link: Link; known: ReadonlySet<string> }) {
  const { words, format, live } = useAround();
  const things = useLive(live, s => s.things);
  const name = (path: string) => {
    const thing = things.find(t => t.id === thingOf(path));
    return `${thing ? titleOf(thing) : thingOf(path)} · ${titleOf(thing?.properties.find(p => p.property === path) ?? { property: path })}`;
  };
  const from = sourcesOf(link, known).map(name).join(', ');
  return (
    <li class={link.private ? 'private' : link.active ? 'active' : ''}>
      <span class="ends"><span>{from || link.does}</span><Icon name={link.private ? 'lock' : 'link'} size={16} /><span>{name(link.to)}</span></span>
      <small>{link.private ? words.linkPrivate : link.active ? format.fill(words.linkActive, { wish: wishWords(words, link.wish) }) : words.linkIdle}{!link.private && <> · <span lang="en">{link.does}</span></>}</small>
    </li>
  );
}

function Machine({ thing, id, place, ports }: { thing: Thing | undefined; id: string; place: { left: string; top: string; width: string; height: string }; ports: string[] }) {
  const { site } = useAround();
  return (
    <a class="place" style={place} href={address(site.name, 'thing', id)}>
      <strong>{thing ? titleOf(thing) : id}</strong>
      {ports.map(path => <span class="port" key={path}><span>{titleOf(thing?.properties.find(p => p.property === path) ?? { property: path })}</span><LiveValue path={path} /></span>)}
    </a>
  );
}
