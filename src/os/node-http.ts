import type * as Http from 'node:http'

// Importing node:http reads each of its exports, and one of them, WebSocket, brings a whole fetch client with it: 15 ms
// and 5 MB in every thread. Asking for the module itself does not.
const http = process.getBuiltinModule('node:http')

/** `request` of node:http. */
export const httpRequest = http.request

/** `ServerResponse` of node:http. */
export const ServerResponse = http.ServerResponse
export type ServerResponse = Http.ServerResponse
