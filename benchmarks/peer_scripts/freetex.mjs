// freetex.mjs ENTRY OUTPUT: free-tex-packer-core with maxrects-packer inside, the same options.
import fs from 'node:fs';
import path from 'node:path';
import packer from 'free-tex-packer-core';

const [entry, output] = process.argv.slice(2);
const images = fs.readdirSync(entry).sort().map((name) => ({ path: name, contents: fs.readFileSync(path.join(entry, name)) }));
const files = await packer.packAsync(images, {
    textureName: 'all', width: 2048, height: 2048, fixedSize: false, powerOfTwo: false, padding: 0, extrude: 0,
    allowRotation: false, detectIdentical: true, allowTrim: true, packer: 'MaxRectsPacker', packerMethod: 'Smart',
    exporter: 'JsonHash', removeFileExtension: true,
});
fs.mkdirSync(output, { recursive: true });
for (const file of files) fs.writeFileSync(path.join(output, file.name), file.buffer);
