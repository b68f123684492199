// A picture of a floor, or the outlines of the countries, with machines on it. Leaflet draws the ground and moves it; what stands on it
// is drawn by the page. No tile is asked of anybody.
import L from 'leaflet';
import { render } from 'preact';
import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import 'leaflet/dist/leaflet.css';
import countriesAddress from '../../../../target/outlines/countries.json?url';
import { AroundContext, useAround } from '../context';
import { kept, type At, type Ground } from '../plan';

export type Stand = { id: string; at: At; movable: boolean; card: ComponentChildren };
// What the keys of the list ask of the board: so many pixels on.
export type Shift = (at: At, dx: number, dy: number) => At;
export type Drawn = { address: string; width: number; height: number };

type BoardProps = {
  ground: Ground; drawn?: Drawn | undefined; home?: At | undefined; label: string; stands: readonly Stand[];
  onMove: (id: string, at: At) => void; onReady: (shift: Shift, centre: () => At) => void;
};

// A single machine is not looked at so closely that its country is gone.
const CLOSEST_AT_FIRST = 8;
const CLOSEST = 18;
const WORLD: L.LatLngBoundsLiteral = [[-60, -170], [75, 170]];
// Beyond this share of the picture a card stands to the left of its point, so that it stays on the picture.
const TURNS_AT = 0.6;

export function Board({ ground, drawn, home, label, stands, onMove, onReady }: BoardProps) {
  const around = useAround();
  const { words } = around;
  const box = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<L.Map>();
  const markers = useRef(new Map<string, { marker: L.Marker; element: HTMLElement }>());
  const moved = useRef(onMove);
  moved.current = onMove;
  const onPlan = ground.kind === 'plan';
  const width = drawn?.width ?? 1, height = drawn?.height ?? 1;
  const toEarth = ([a, b]: At): L.LatLngExpression => onPlan ? [(1 - b) * height, a * width] : [a, b];
  const toAt = (p: L.LatLng): At => kept(ground, onPlan ? [p.lng / width, 1 - p.lat / height] : [p.lat, p.lng]);

  useEffect(() => {
    const touch = matchMedia('(pointer: coarse)').matches;
    const made = L.map(box.current!, {
      crs: onPlan ? L.CRS.Simple : L.CRS.EPSG3857, attributionControl: false, zoomControl: false, scrollWheelZoom: false,
      zoomSnap: onPlan ? 0 : 0.25, zoomDelta: 0.5, minZoom: onPlan ? -6 : 1, maxZoom: onPlan ? 3 : CLOSEST, zoomAnimation: !matchMedia('(prefers-reduced-motion: reduce)').matches,
      fadeAnimation: false, keyboard: true, dragging: !touch,
    });
    L.control.zoom({ position: 'bottomleft', zoomInTitle: words.zoomIn, zoomOutTitle: words.zoomOut }).addTo(made);
    let gone = false, inset = () => {};
    const fit = () => {
      made.invalidateSize(false);
      if (onPlan) made.fitBounds([[0, 0], [height, width]], { animate: false });
      else if (stands.length) made.fitBounds(L.latLngBounds(stands.map(s => toEarth(s.at))), { animate: false, padding: [60, 60], maxZoom: stands.length > 1 ? CLOSEST : CLOSEST_AT_FIRST });
      else if (home) made.setView(toEarth(home), CLOSEST_AT_FIRST, { animate: false });
      else made.fitBounds(WORLD, { animate: false });
    };
    fit();
    let first = made.getZoom();
    if (onPlan) made.setMaxBounds(L.latLngBounds([[0, 0], [height, width]]).pad(0.25));
    else {
      L.control.scale({ imperial: false }).addTo(made);
      // The outlines come after the page; without them the machines are there all the same.
      void Promise.all([fetch(countriesAddress).then(a => a.json() as Promise<{ objects: { countries: unknown } }>), import('topojson-client')]).then(([world, { feature }]) => {
        if (gone) return;
        const countries = feature(world, world.objects.countries);
        L.geoJSON(countries, { interactive: false, style: { className: 'country' } }).addTo(made);
        inset = overview(box.current!, made, countries);
      }).catch(() => { /* said by an empty ground; the list has it all */ });
    }
    // A finger scrolls the page over a board that is shown whole, and moves one that is looked at closely.
    if (touch) made.on('zoomend', () => { if (made.getZoom() > first + 0.05) made.dragging.enable(); else made.dragging.disable(); });
    // Until somebody looks closer, all of it is shown, whatever the size becomes.
    let looked = false, fitting = false;
    made.on('mousedown zoomstart keydown', () => { looked ||= !fitting; });
    const size = new ResizeObserver(() => {
      if (looked) { made.invalidateSize(); return; }
      fitting = true;
      fit();
      fitting = false;
      first = made.getZoom();
    });
    size.observe(box.current!);
    setMap(made);
    onReady(
      (at, dx, dy) => toAt(made.layerPointToLatLng(made.latLngToLayerPoint(toEarth(at)).add([dx, dy]))),
      () => toAt(made.getCenter()),
    );
    return () => {
      gone = true;
      inset();
      size.disconnect();
      for (const { element } of markers.current.values()) render(null, element);
      markers.current.clear();
      setMap(undefined);
      made.remove();
    };
  }, [ground.kind, ground.kind === 'plan' ? ground.id : '', width, height]);

  // The picture itself: another one of the same size lies on the same ground.
  useEffect(() => {
    if (!map || !onPlan || !drawn) return;
    const picture = L.imageOverlay(drawn.address, [[0, 0], [height, width]], { alt: '' }).addTo(map);
    return () => { picture.remove(); };
  }, [map, drawn?.address]);

  useEffect(() => {
    if (!map) return;
    for (const [id, { marker, element }] of markers.current)
      if (!stands.some(s => s.id === id)) { render(null, element); marker.remove(); markers.current.delete(id); }
    for (const stand of stands) {
      let known = markers.current.get(stand.id);
      if (!known) {
        const element = document.createElement('div');
        const marker = L.marker(toEarth(stand.at), { icon: L.divIcon({ className: 'stand', iconSize: [0, 0], html: element }), keyboard: false, riseOnHover: true, draggable: true, autoPan: onPlan }).addTo(map);
        marker.on('dragend', () => moved.current(stand.id, toAt(marker.getLatLng())));
        markers.current.set(stand.id, known = { marker, element });
      }
      known.marker.setLatLng(toEarth(stand.at));
      if (stand.movable) known.marker.dragging?.enable(); else known.marker.dragging?.disable();
      known.element.classList.toggle('turned', onPlan && stand.at[0] > TURNS_AT);
      render(<AroundContext.Provider value={around}>{stand.card}</AroundContext.Provider>, known.element);
    }
  });

  return <div ref={box} class={`board ${ground.kind}`} role="region" aria-label={label} style={onPlan ? { aspectRatio: `${width} / ${height}` } : {}} />;
}

// Closer than this no border is in sight: then a small map says where in the world one looks.
const INSET_FROM = 7, INSET_ZOOM = 3.5;

function overview(box: HTMLElement, map: L.Map, countries: Parameters<typeof L.geoJSON>[0]): () => void {
  const element = box.appendChild(Object.assign(document.createElement('div'), { className: 'inset' }));
  element.setAttribute('aria-hidden', 'true');
  const small = L.map(element, { attributionControl: false, zoomControl: false, dragging: false, keyboard: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false, touchZoom: false, zoomSnap: 0, fadeAnimation: false, zoomAnimation: false });
  small.setView(map.getCenter(), INSET_ZOOM, { animate: false });
  L.geoJSON(countries, { interactive: false, style: { className: 'country' } }).addTo(small);
  const here = L.circleMarker(map.getCenter(), { radius: 6, className: 'here', interactive: false }).addTo(small);
  const follow = () => {
    element.hidden = map.getZoom() < INSET_FROM;
    if (element.hidden) return;
    small.invalidateSize(false);
    small.setView(map.getCenter(), INSET_ZOOM, { animate: false });
    here.setLatLng(map.getCenter());
  };
  map.on('moveend', follow);
  follow();
  return () => { small.remove(); element.remove(); };
}
