// Generated from codegen/catalogue.ts by "skillett build". Do not edit.

export const faults = {
  "bad_request": {
    "retry": false,
    "outcome": "not_sent",
    "status": 400,
    "exit": 2,
    "text": "The request is not valid: {reason}.",
    "hint": "Correct the fields listed and send it again. Nothing was sent upstream and nothing was charged."
  },
  "unauthorized": {
    "retry": false,
    "outcome": "not_sent",
    "status": 401,
    "exit": 4,
    "text": "No API key was given.",
    "hint": "Run \"skillett login\", set SKILLETT_API_KEY, or send \"Authorization: Bearer sk_…\"."
  },
  "api_key_invalid": {
    "retry": false,
    "outcome": "not_sent",
    "status": 401,
    "exit": 4,
    "text": "The API key is not valid.",
    "hint": "Check that it was copied whole. The operator makes one with: skillett admin create-key --email you@example.com"
  },
  "api_key_revoked": {
    "retry": false,
    "outcome": "not_sent",
    "status": 401,
    "exit": 4,
    "text": "The API key has been revoked.",
    "hint": "Use another key."
  },
  "api_key_expired": {
    "retry": false,
    "outcome": "not_sent",
    "status": 401,
    "exit": 4,
    "text": "The API key has expired.",
    "hint": "Use another key."
  },
  "token_expired": {
    "status": 401,
    "exit": 8,
    "retry": false,
    "outcome": "rejected",
    "text": "{integration} no longer accepts the stored credential.",
    "hint": "Connect the account again."
  },
  "forbidden": {
    "retry": false,
    "outcome": "not_sent",
    "status": 403,
    "exit": 7,
    "text": "This is not allowed: {reason}.",
    "hint": "Use a key that may do this."
  },
  "integration_not_connected": {
    "retry": false,
    "outcome": "not_sent",
    "status": 403,
    "exit": 8,
    "text": "No {integration} account is connected.",
    "hint": "A person has to connect one, then the call can be repeated."
  },
  "scope_not_allowed": {
    "retry": false,
    "outcome": "not_sent",
    "status": 403,
    "exit": 7,
    "text": "The API key may not use {integration}.",
    "hint": "Use a key whose scopes hold \"{integration}\" or \"*\"."
  },
  "plan_limit_reached": {
    "retry": false,
    "outcome": "not_sent",
    "status": 403,
    "exit": 9,
    "text": "The plan allows {limit} {resource}.",
    "hint": "Remove one, or ask the operator for a larger plan."
  },
  "approval_required": {
    "retry": false,
    "outcome": "not_sent",
    "status": 403,
    "exit": 8,
    "text": "A person has to approve this call.",
    "hint": "Open the link, approve, then repeat the call."
  },
  "not_found": {
    "retry": false,
    "outcome": "not_sent",
    "status": 404,
    "exit": 5,
    "text": "There is no {resource} \"{name}\".",
    "hint": "List what there is with: skillett skills"
  },
  "conflict": {
    "retry": false,
    "outcome": "not_sent",
    "status": 409,
    "exit": 6,
    "text": "This conflicts with what is there: {reason}.",
    "hint": "Look at the present state, then decide."
  },
  "account_ambiguous": {
    "retry": false,
    "outcome": "not_sent",
    "status": 409,
    "exit": 6,
    "text": "Several {integration} accounts are connected: {accounts}.",
    "hint": "Name one of them with --connection, or \"connection\" in the request body."
  },
  "response_too_large": {
    "status": 502,
    "exit": 12,
    "retry": false,
    "outcome": "done",
    "text": "The answer of {integration} is larger than {limit} bytes.",
    "hint": "Ask for less: a smaller page or a narrower filter."
  },
  "upstream_unreachable": {
    "status": 502,
    "exit": 12,
    "retry": true,
    "outcome": "unknown",
    "text": "{integration} could not be reached: {reason}.",
    "hint": "Try again later. Whether a write took effect is only known when \"outcome\" says so."
  },
  "redirect_refused": {
    "status": 502,
    "exit": 13,
    "retry": false,
    "outcome": "rejected",
    "text": "{integration} answered with a redirect, which is never followed with a credential.",
    "hint": "The thing may have been renamed or moved: look up its present name."
  },
  "upstream_timeout": {
    "status": 504,
    "exit": 10,
    "retry": false,
    "outcome": "unknown",
    "text": "{integration} did not answer within {limit} ms.",
    "hint": "Look whether the call took effect before repeating it."
  },
  "rate_limited": {
    "retry": true,
    "outcome": "not_sent",
    "status": 429,
    "exit": 11,
    "text": "Too many calls in a minute: the limit is {limit}.",
    "hint": "Wait for as long as Retry-After says."
  },
  "daily_limit_reached": {
    "retry": false,
    "outcome": "not_sent",
    "status": 429,
    "exit": 9,
    "text": "The daily limit of {limit} calls is used up.",
    "hint": "It starts again at midnight UTC. The operator can raise it with: skillett admin set-plan"
  },
  "integration_misconfigured": {
    "retry": false,
    "outcome": "not_sent",
    "status": 503,
    "exit": 12,
    "text": "{integration} is not set up rightly at this gateway: {reason}.",
    "hint": "The operator has to set it up; connections that exist stay as they are."
  },
  "audit_unavailable": {
    "retry": true,
    "outcome": "not_sent",
    "status": 503,
    "exit": 12,
    "text": "The call could not be recorded, so it was not made.",
    "hint": "Try again shortly. The operator finds the cause in the log under the request id."
  },
  "internal": {
    "status": 500,
    "exit": 1,
    "retry": false,
    "outcome": "unknown",
    "text": "Something went wrong inside Skillett.",
    "hint": "Report it with the request id."
  },
  "access_denied": {
    "retry": false,
    "outcome": "not_sent",
    "exit": 7,
    "text": "The sign-in was denied.",
    "hint": "Ask the person, then begin again."
  },
  "expired_token": {
    "retry": false,
    "outcome": "not_sent",
    "exit": 4,
    "text": "The sign-in was not approved in time, or was used already.",
    "hint": "Begin again."
  },
  "usage": {
    "retry": false,
    "outcome": "not_sent",
    "exit": 2,
    "text": "{reason}.",
    "hint": "See: {command} --help"
  },
  "confirmation_required": {
    "retry": false,
    "outcome": "not_sent",
    "exit": 8,
    "text": "This changes or removes what is there, and nobody is at the terminal to agree.",
    "hint": "Add --yes once a person has agreed."
  },
  "gateway_unreachable": {
    "exit": 12,
    "retry": true,
    "outcome": "unknown",
    "text": "The gateway at {url} could not be reached: {reason}.",
    "hint": "Start it with \"skillett serve\", or set SKILLETT_API_URL."
  },
  "gateway_timeout": {
    "exit": 10,
    "retry": false,
    "outcome": "unknown",
    "text": "The gateway at {url} did not answer within {limit} ms.",
    "hint": "Look whether the call took effect before repeating it."
  },
  "upstream_error": {
    "exit": 13,
    "retry": false,
    "outcome": "rejected",
    "text": "{integration} refused the call with status {status}.",
    "hint": "The answer of the service is under \"upstream\"."
  },
  "interrupted": {
    "exit": 130,
    "retry": false,
    "outcome": "unknown",
    "text": "Interrupted.",
    "hint": "Look whether the call took effect before repeating it."
  }
} as const

export type FaultCode = keyof typeof faults
