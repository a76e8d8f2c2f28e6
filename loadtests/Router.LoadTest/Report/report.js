// A cursor on each chart: the legend shows the values under it.
for (const figure of document.querySelectorAll('figure')) {
  const svg = figure.querySelector('svg');
  const { from, to, left, right } = Object.fromEntries(Object.entries(svg.dataset).map(([k, v]) => [k, +v]));
  const lines = [...svg.querySelectorAll('polyline:not(.earlier)')].map(l => ({ xs: JSON.parse(l.dataset.xs), ys: JSON.parse(l.dataset.ys) }));
  const values = [...figure.querySelectorAll('.legend b')];
  const cursor = document.createElementNS('http://www.w3.org/2000/svg', 'line');
  cursor.setAttribute('class', 'cursor');
  cursor.setAttribute('y1', 10);
  cursor.setAttribute('y2', 224);
  cursor.setAttribute('visibility', 'hidden');
  svg.append(cursor);
  svg.addEventListener('mousemove', event => {
    const box = svg.getBoundingClientRect();
    const at = Math.min(right, Math.max(left, (event.clientX - box.left) / box.width * svg.viewBox.baseVal.width));
    const x = from + (at - left) / (right - left) * (to - from);
    cursor.setAttribute('x1', at);
    cursor.setAttribute('x2', at);
    cursor.setAttribute('visibility', 'visible');
    lines.forEach((line, i) => {
      const nearest = line.xs.reduce((best, candidate, j) => Math.abs(candidate - x) < Math.abs(line.xs[best] - x) ? j : best, 0);
      values[i].textContent = line.ys[nearest].toLocaleString('en', { maximumFractionDigits: 2 });
    });
  });
  svg.addEventListener('mouseleave', () => {
    cursor.setAttribute('visibility', 'hidden');
    values.forEach(v => v.textContent = '');
  });
}
