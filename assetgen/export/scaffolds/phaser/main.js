// The hero walks over the tileset with the arrow keys. Both come from `assetgen build`.
const HERO = '@HERO@', TILES = '@TILESET@', COLUMNS = 20, ROWS = 15, SPEED = 60;

class Main extends Phaser.Scene {
  preload() {
    this.load.setBaseURL('@OUTPUT@/'); // the paths in the pack are relative to the output folder
    this.load.pack('assetgen', 'phaser.pack.json');
    this.load.json('assets', 'assets.json');
  }

  create() {
    const assets = this.cache.json.get('assets');
    if (!assets?.animations[HERO] || !assets.tilesets[TILES]) {
      this.add.text(8, 8, 'Run `assetgen build` first.');
      return;
    }
    this.paint(assets.tilesets[TILES]);
    const { pivot, cell } = assets.animations[HERO];
    this.hero = this.add.sprite(COLUMNS * 8, ROWS * 8).setOrigin(pivot[0] / cell[0], pivot[1] / cell[1]);
    this.facing = 'down';
    this.hero.play(`${HERO}/idle_down`);
    this.keys = this.input.keyboard.createCursorKeys();
  }

  // Two patches of the first terrain on the second one: each tile is chosen by the terrains of its four corners.
  paint(tileset) {
    const [inside, outside] = tileset.terrains, [width, height] = tileset.tile_size;
    const near = (x, y, cx, cy, r) => Math.hypot(x - cx, y - cy) < r;
    const point = (x, y) => (near(x, y, 6.5, 6.5, 3.2) || near(x, y, 13.5, 8.5, 2.5) ? inside : outside);
    for (let y = 0; y < ROWS; y++) {
      for (let x = 0; x < COLUMNS; x++) {
        const corners = [point(x, y), point(x + 1, y), point(x, y + 1), point(x + 1, y + 1)].join();
        const tile = tileset.tiles.find((found) => found.corners?.join() === corners);
        if (tile) this.add.image(x * width, y * height, TILES, tile.id).setOrigin(0);
      }
    }
  }

  update(time, delta) {
    if (!this.hero) return;
    const { left, right, up, down } = this.keys;
    const dx = right.isDown - left.isDown, dy = down.isDown - up.isDown;
    if (dx || dy) {
      this.facing = dx > 0 ? 'right' : dx < 0 ? 'left' : dy > 0 ? 'down' : 'up';
      const step = (SPEED * delta) / 1000 / Math.hypot(dx, dy);
      this.hero.x = Phaser.Math.Clamp(this.hero.x + dx * step, 0, COLUMNS * 16);
      this.hero.y = Phaser.Math.Clamp(this.hero.y + dy * step, 0, ROWS * 16);
    }
    this.hero.play(`${HERO}/${dx || dy ? 'walk' : 'idle'}_${this.facing}`, true);
  }
}

new Phaser.Game({
  type: Phaser.AUTO,
  width: COLUMNS * 16,
  height: ROWS * 16,
  zoom: 3,
  pixelArt: true, // nearest filter: without it pixel art is blurred
  scene: Main,
});
