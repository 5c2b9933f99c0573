// A trained network at work, layer by layer, with the numbers that Keras gives (to 0.0001).
// mnist_helpers/play/weights.py writes the networks, and says what is in them.

/**
 * Read a network: turn its numbers from base64 into arrays, and link each layer to its input.
 *
 * @param {object} network as weights.py writes it
 * @returns {object[]} the layers, the input first; each with `kind`, `shape` ([rows, columns, maps]
 *   or [units]), `inputShape` and its numbers
 */
export function unpack(network) {
  return network.layers.map((layer, number) => {
    const numbers = Object.entries(layer.numbers ?? {});
    const arrays = numbers.map(([name, text]) => [name, floats(text)]);
    return {
      ...layer,
      ...Object.fromEntries(arrays),
      inputShape: network.layers[number - 1]?.shape,
    };
  });
}

/** Numbers from base64 of float32, the lowest byte first. */
export function floats(text) {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, at) => view.getFloat32(4 * at, true));
}

/**
 * Ask a network.
 *
 * @param {object[]} layers from `unpack`
 * @param {Float32Array} image shades in 0…1, row by row
 * @returns {Float32Array[]} what each layer gives, in Keras's order: rows, columns, maps
 */
export function forward(layers, image) {
  const values = [image];
  for (const layer of layers.slice(1)) values.push(WORK[layer.kind](values.at(-1), layer));
  return values;
}

/** The place of a number in what a layer gives. */
export function placeOf([, columns, maps], row, column, map) {
  return (row * columns + column) * maps + map;
}

/** How far a convolution's window reaches beyond its value, to the top and to the left. */
export function marginOf({ padding, kernelSize }) {
  return kernelSize.map((length) => (padding === "same" ? Math.floor((length - 1) / 2) : 0));
}

/** The places that a pooling layer looks at for one value. */
export function poolOf({ pool, inputShape }, row, column, map) {
  const places = [];
  for (let down = 0; down < pool[0]; down += 1)
    for (let right = 0; right < pool[1]; right += 1)
      places.push(placeOf(inputShape, row * pool[0] + down, column * pool[1] + right, map));
  return places;
}

const WORK = {
  conv: convolve,
  max: (input, layer) =>
    pooled(layer, (places) => places.reduce((most, at) => Math.max(most, input[at]), -Infinity)),
  average: (input, layer) =>
    pooled(layer, (places) => places.reduce((sum, at) => sum + input[at], 0) / places.length),
  normalise: (input, { mean, deviation, gamma, beta }) =>
    input.map((value, at) => {
      const map = at % mean.length;
      return ((value - mean[map]) / deviation[map]) * gamma[map] + beta[map];
    }),
  relu: (input) => input.map((value) => Math.max(value, 0)),
  flatten: (input) => input,
  mean(input, { shape: [maps] }) {
    const sums = new Float64Array(maps);
    input.forEach((value, at) => {
      sums[at % maps] += value;
    });
    return Float32Array.from(sums, (sum) => (sum * maps) / input.length);
  },
  dense,
  softmax(input) {
    const most = Math.max(...input); // softmax stays the same, and e to the power of it finite
    const powers = Array.from(input, (value) => Math.exp(value - most));
    const sum = powers.reduce((total, power) => total + power, 0);
    return Float32Array.from(powers, (power) => power / sum);
  },
};

function convolve(input, layer) {
  const { shape, inputShape, kernelSize, kernel, bias, activation } = layer;
  const [rows, columns, kernels] = shape;
  const [inputRows, inputColumns, maps] = inputShape;
  const [top, left] = marginOf(layer);
  const output = new Float32Array(rows * columns * kernels);
  const sums = new Float64Array(kernels); // of one window
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1) {
      sums.set(bias);
      for (let down = 0; down < kernelSize[0]; down += 1) {
        const y = row + down - top;
        if (y < 0 || y >= inputRows) continue; // outside is 0
        for (let right = 0; right < kernelSize[1]; right += 1) {
          const x = column + right - left;
          if (x < 0 || x >= inputColumns) continue;
          const from = placeOf(inputShape, y, x, 0);
          const weights = (down * kernelSize[1] + right) * maps * kernels;
          for (let map = 0; map < maps; map += 1) {
            const value = input[from + map];
            if (value === 0) continue; // most are, behind ReLU
            const at = weights + map * kernels;
            for (let number = 0; number < kernels; number += 1)
              sums[number] += value * kernel[at + number];
          }
        }
      }
      output.set(
        activation === "relu" ? sums.map(positive) : sums,
        (row * columns + column) * kernels,
      );
    }
  return output;
}

function pooled(layer, choose) {
  const [rows, columns, maps] = layer.shape;
  const output = new Float32Array(rows * columns * maps);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < columns; column += 1)
      for (let map = 0; map < maps; map += 1)
        output[placeOf(layer.shape, row, column, map)] = choose(poolOf(layer, row, column, map));
  return output;
}

function dense(input, { shape: [units], kernel, bias, activation }) {
  const sums = Float64Array.from(bias);
  input.forEach((value, at) => {
    if (value === 0) return;
    for (let unit = 0; unit < units; unit += 1) sums[unit] += value * kernel[at * units + unit];
  });
  return Float32Array.from(activation === "relu" ? sums.map(positive) : sums);
}

function positive(value) {
  return Math.max(value, 0);
}
