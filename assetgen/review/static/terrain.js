// The corner rule: terrain lies on the corners of the map's cells; a cell shows the tile whose four corners match.

const keyOf = (corners) => corners.map((corner) => corner ?? "").join("|");

/** A number in [0, 1) that depends on the place alone: the same map always looks the same. */
export function chance(x, y, salt = 0) {
  let hash = Math.imul(x + 101, 374761393) ^ Math.imul(y + 211, 668265263) ^ Math.imul(salt + 7, 2246822519);
  hash = Math.imul(hash ^ (hash >>> 13), 1274126177);
  return ((hash ^ (hash >>> 16)) >>> 0) / 4294967296;
}

/** A tileset's tiles by their corners (TL TR BL BR). */
export class TileBook {
  constructor(tileset) {
    this.tiles = tileset.tiles.filter((tile) => tile.corners);
    this.terrains = tileset.terrains ?? [];
    this.byCorners = new Map();
    for (const tile of this.tiles) {
      const key = keyOf(tile.corners);
      if (!this.byCorners.has(key)) this.byCorners.set(key, []);
      this.byCorners.get(key).push(tile);
    }
  }

  /** The tile for four corners, and whether it fits exactly. Variants are spread by their probability. */
  choose(corners, x, y) {
    const exact = this.byCorners.get(keyOf(corners));
    if (exact) return { tile: pickWeighted(exact, chance(x, y)), exact: true };
    let best = null;
    let most = -1;
    for (const tile of this.tiles) {
      const same = tile.corners.filter((corner, i) => corner === corners[i]).length;
      if (same > most) [best, most] = [tile, same];
    }
    return { tile: best, exact: false };
  }
}

/** Terrains in an order in which neighbours have tiles between them: stone, grass, water. */
function chainOf(book) {
  const beside = new Map(book.terrains.map((terrain) => [terrain, new Set()]));
  for (const { corners } of book.tiles) for (const a of corners) for (const b of corners) if (a !== b) beside.get(a)?.add(b);
  const ends = book.terrains.filter((terrain) => beside.get(terrain).size <= 1);
  const chain = [ends[0] ?? book.terrains[0]];
  for (;;) {
    const next = [...beside.get(chain.at(-1))].find((terrain) => !chain.includes(terrain));
    if (next === undefined) break;
    chain.push(next);
  }
  return chain;
}

function pickWeighted(tiles, at) {
  const whole = tiles.reduce((sum, tile) => sum + tile.p, 0);
  if (!whole) return tiles[0];
  let left = at * whole;
  for (const tile of tiles) {
    left -= tile.p;
    if (left < 0) return tile;
  }
  return tiles[tiles.length - 1];
}

/** A map of columns × rows cells: terrain names on (columns + 1) × (rows + 1) corners. */
export class TerrainMap {
  constructor(tileset, columns, rows) {
    this.book = new TileBook(tileset);
    this.columns = columns;
    this.rows = rows;
    this.corners = new Array((columns + 1) * (rows + 1));
    this.fill(this.book.terrains[this.book.terrains.length - 1]);
  }

  fill(terrain) {
    this.corners.fill(terrain);
  }

  corner(x, y) {
    return this.corners[y * (this.columns + 1) + x];
  }

  /** Paints the corners around (x, y): `size` corners across. Terrain that has no tile beside it gives way. */
  paint(x, y, terrain, size = 1) {
    const painted = new Set();
    const low = -Math.floor((size - 1) / 2);
    for (let dy = low; dy < low + size; dy += 1) {
      for (let dx = low; dx < low + size; dx += 1) {
        const [cx, cy] = [x + dx, y + dy];
        const inside = cx >= 0 && cy >= 0 && cx <= this.columns && cy <= this.rows;
        if (!inside) continue;
        this.corners[cy * (this.columns + 1) + cx] = terrain;
        painted.add(cy * (this.columns + 1) + cx);
      }
    }
    this.mend(painted);
  }

  /** Gives each cell that no tile fits the nearest corners that one does, without touching those in `fixed`. */
  mend(fixed) {
    const wide = this.columns + 1;
    const cells = fixed.size ? [...fixed].flatMap((at) => this.cellsAround(at)) : Array.from({ length: this.columns * this.rows }, (_, i) => i);
    for (let next = 0; next < cells.length && next < 20000; next += 1) {
      const [x, y] = [cells[next] % this.columns, Math.floor(cells[next] / this.columns)];
      const now = this.around(x, y);
      if (this.book.byCorners.has(keyOf(now))) continue;
      const places = [y * wide + x, y * wide + x + 1, (y + 1) * wide + x, (y + 1) * wide + x + 1];
      let best = null;
      let most = -1;
      for (const [{ corners }] of this.book.byCorners.values()) {
        if (corners.some((corner, i) => corner !== now[i] && fixed.has(places[i]))) continue;
        const same = corners.filter((corner, i) => corner === now[i]).length;
        if (same > most) [best, most] = [corners, same];
      }
      for (const [i, place] of best ? places.entries() : []) {
        if (best[i] === now[i]) continue;
        this.corners[place] = best[i];
        fixed.add(place);
        cells.push(...this.cellsAround(place));
      }
    }
  }

  cellsAround(corner) {
    const [x, y] = [corner % (this.columns + 1), Math.floor(corner / (this.columns + 1))];
    const near = [[x - 1, y - 1], [x, y - 1], [x - 1, y], [x, y]];
    return near.filter(([cx, cy]) => cx >= 0 && cy >= 0 && cx < this.columns && cy < this.rows).map(([cx, cy]) => cy * this.columns + cx);
  }

  around(x, y) {
    return [this.corner(x, y), this.corner(x + 1, y), this.corner(x, y + 1), this.corner(x + 1, y + 1)];
  }

  /** {tile, exact} of a cell. */
  at(x, y) {
    return this.book.choose(this.around(x, y), x, y);
  }

  /** A landscape: shapes that show edges, inner and outer corners at once. `scale`: how large they are. */
  scatter(salt = 0, scale = 3.2) {
    const chain = chainOf(this.book);
    for (let y = 0; y <= this.rows; y += 1) {
      for (let x = 0; x <= this.columns; x += 1) {
        const height = Math.max(0, Math.min(0.999, (soft(x, y, salt, scale) - 0.5) * 1.7 + 0.5));
        this.corners[y * (this.columns + 1) + x] = chain[Math.floor(height * chain.length)];
      }
    }
    this.mend(new Set());
  }
}

/** Smooth noise in [0, 1). */
function soft(x, y, salt, scale) {
  const [fx, fy] = [x / scale, y / scale];
  const [x0, y0] = [Math.floor(fx), Math.floor(fy)];
  const ease = (t) => t * t * (3 - 2 * t);
  const [tx, ty] = [ease(fx - x0), ease(fy - y0)];
  const mix = (a, b, t) => a + (b - a) * t;
  const top = mix(chance(x0, y0, salt), chance(x0 + 1, y0, salt), tx);
  const bottom = mix(chance(x0, y0 + 1, salt), chance(x0 + 1, y0 + 1, salt), tx);
  return mix(top, bottom, ty);
}

const maps = new Map();

/** The one map of a tileset: painted in its own view, walked on in those of animations. */
export function mapOf(tileset) {
  if (!maps.has(tileset.name)) {
    const map = new TerrainMap(tileset, 28, 18);
    if (map.book.terrains.length) map.scatter();
    maps.set(tileset.name, map);
  }
  return maps.get(tileset.name);
}

/** Whether a tileset has the corner rule. */
export function hasTerrain(tileset) {
  return Boolean(tileset.terrains?.length && tileset.tiles?.some((tile) => tile.corners));
}
