// assetpack.mjs ENTRY OUTPUT CACHE: packs the folder as assetpack does it, pages of 2048², nothing between sprites.
import { AssetPack } from '@assetpack/core';
import { texturePacker } from '@assetpack/core/texture-packer';

const [entry, output, cacheLocation] = process.argv.slice(2);
const pack = new AssetPack({
    entry, output, cacheLocation, cache: true, strict: true, logLevel: 'error',
    pipes: [texturePacker({
        texturePacker: { padding: 0, width: 2048, height: 2048, allowRotation: false, powerOfTwo: false, nameStyle: 'short' },
        resolutionOptions: { resolutions: { default: 1 }, maximumTextureSize: 2048 },
    })],
});
await pack.run();
