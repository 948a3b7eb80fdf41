// What a person with weak eyes or a screen reader would miss: low contrast, controls without a name.
return page.evaluate(() => {
  const probe = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parse = (text) => {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = text;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = probe.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const linear = (value) => (value / 255 <= 0.03928 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const over = (top, below) => [0, 1, 2].map((i) => top[i] * top[3] + below[i] * (1 - top[3])).concat(1);
  const ground = (node) => {
    const layers = [];
    for (let n = node; n; n = n.parentElement) {
      layers.push(parse(getComputedStyle(n).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const low = [];
  for (const node of document.querySelectorAll("body *")) {
    const speaks = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
    if (!speaks || !node.offsetParent || node.closest(".sr, script, style, .shown, option")) continue;
    const below = ground(node);
    const [a, b] = [light(over(parse(getComputedStyle(node).color), below)), light(below)].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) low.push(`${node.className || node.tagName} "${node.textContent.trim()}" ${ratio.toFixed(2)}`);
  }
  const controls = [...document.querySelectorAll("button, input, select, textarea, [role=application]")];
  const named = (node) => node.getAttribute("aria-label") || node.textContent.trim() || node.labels?.length;
  return { low, nameless: controls.filter((n) => n.offsetParent && !named(n)).map((n) => n.outerHTML.slice(0, 80)) };
});
