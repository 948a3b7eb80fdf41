// maxrects.mjs SIZES.json: packs rectangles with maxrects-packer; prints {seconds, pages: [[w, h], …]}.
import fs from 'node:fs';
import { MaxRectsPacker } from 'maxrects-packer';

const sizes = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const begun = performance.now();
const packer = new MaxRectsPacker(2048, 2048, 0, { smart: true, pot: false, square: false, allowRotation: false });
packer.addArray(sizes.map(([width, height]) => ({ width, height, x: 0, y: 0 })));
const seconds = (performance.now() - begun) / 1000;
const pages = packer.bins.map((bin) => [
    Math.max(...bin.rects.map((r) => r.x + r.width)), Math.max(...bin.rects.map((r) => r.y + r.height)),
]);
console.log(JSON.stringify({ seconds, pages }));
