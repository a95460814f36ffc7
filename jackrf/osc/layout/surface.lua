-- Runs in TouchOSC on the whole page: keeps jackrf telling it what changes, asks for what got lost,
-- and says what is wrong. jackrf writes PREFIX, PORT, PIN, BANKS and FORMS above it.

local RENEW, SILENCE, PAUSE = 4000, 3500, 5000 -- milliseconds

local subscribed, heard, synced = -RENEW, nil, -PAUSE
local revision = nil -- of the last heartbeat
local known = {} -- the last value of each address
local fresh = false -- whether a value that was not known came since the last heartbeat
local lost = true -- whether jackrf was silent for long, or was never heard

local function send(path, ...)
  sendOSC({path, {...}})
end

local function whole(number)
  return {tag = 'i', value = number}
end

local function text(words)
  return {tag = 's', value = words}
end

local function write(name, words)
  local found = root:findByName(name, true)
  if found then
    found.values.text = words
  end
end

local function subscribe(answer)
  subscribed = getMillis()
  if answer then
    send('/subscribe', text(PREFIX), whole(PORT), whole(answer))
  else
    send('/subscribe', text(PREFIX), whole(PORT))
  end
end

local function found()
  lost = false
  write('notice', '')
  if PIN ~= '' then
    send('/pair', text(PIN))
  end
end

-- The revision moves with each change of the desk. If it has moved and nothing new came, something
-- was lost, or it was another mix that changed: asking once in a while costs little.
local function heartbeat(now)
  heard = getMillis()
  if lost then
    found()
  end
  local gap = not fresh and revision ~= now
  if (gap or now < (revision or 0)) and heard - synced >= PAUSE then
    synced = heard
    send('/sync', text(PREFIX))
  end
  revision, fresh = now, false
end

local function show(form, value)
  local written = string.format('%.' .. form.places .. 'f', value * form.factor)
  if form.hides_zero and tonumber(written) == 0 then
    write(form.name, '')
  else
    write(form.name, written .. form.after)
  end
end

function init()
  subscribe()
end

function update()
  local now = getMillis()
  if now - subscribed >= RENEW then
    subscribe()
  end
  if heard and not lost and now - heard >= SILENCE then
    lost, revision = true, nil
    write('notice', 'no answer from jackrf: look at the network')
  end
end

function onReceiveOSC(message)
  local path, arguments = message[1], message[2]
  local first = arguments[1] and arguments[1].value
  if path == '/heartbeat' then
    heartbeat(first)
  elseif path == '/challenge' then
    subscribe(first)
  elseif path == '/error' then
    write('notice', arguments[3].value)
  elseif path == '/reply' then
    write('notice', '')
  elseif FORMS[path] then
    show(FORMS[path], first)
  else
    if not (path:find('/meter', 1, true) or path:find('/stream/', 1, true)) then
      fresh = fresh or known[path] ~= first
      known[path] = first
    end
    return false
  end
  return true
end

function onReceiveNotify(what, number)
  if what == 'bank' then
    for bank = 1, BANKS do
      root.children['bank_' .. bank].visible = bank == number
      root.children['tab_' .. bank].values.x = bank == number and 1 or 0
    end
  end
end
