-- One work of the benchmark: wrk -s wrk.lua URL -- <method> <path> <varies> <products> <first serial> <before> <after>
-- Prints one line of JSON, and a second line with the first answer that was none, if there is one.

local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  method, path, varies, products, serial = args[1], args[2], args[3], tonumber(args[4]), tonumber(args[5])
  before, after = args[6], args[7]
  wrong, sample = 0, ""
  math.randomseed(serial)
  fixed = format("")
end

function format(value)
  local varied = before .. value .. after
  if method == "GET" then
    return wrk.format("GET", path .. varied)
  end
  return wrk.format("POST", path, nil, varied)
end

function request()
  if varies == "nothing" then
    return fixed
  end
  local value
  if varies == "id" then
    value = math.random(1, products)
  else
    value = serial
    serial = serial + 1
  end
  return format(string.format("%d", value))
end

function response(status, headers, body)
  if status ~= 200 or string.find(body, '"errors"', 1, true) then
    wrong = wrong + 1
    if sample == "" then
      sample = status .. " " .. string.sub(body, 1, 500)
    end
  end
end

function done(summary, latency, requests)
  local all, first = 0, ""
  for _, thread in ipairs(threads) do
    all = all + thread:get("wrong")
    if first == "" then
      first = thread:get("sample")
    end
  end
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('{"requests": %d, "microseconds": %d, "p50": %d, "p99": %d, "wrong": %d, "failed": %d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), all, failed))
  io.write((string.gsub(first, "%s+", " ")), "\n")
end
