/// The structured part of the concurrency API, written in Lua over the scheduler's primitives: lists, functions and
/// results stay inside the script and keep their identity.
package enum ConcurrencyLibrary {
    package static let source = """
        local host, own, module, attach = ...
        module = module .. "."
        -- What it spawns for its own work is not a task of the script's.
        local spawn, join_all, await_all, event, set, wait_for =
          host.spawn_helper, host.join_all, host.await_all, host.event, host.set, host.wait_for
        local sleep, is_task, raise_timeout, only_observe = host.sleep, host.is_task, host.raise_timeout, host.only_observe
        local begin_map, begin_item, wait_path, noted, note, observe =
          host.begin_map, host.begin_item, host.wait_path, host.noted, host.note, host.observe
        local position_below, go_to, check = host.position_below, host.go_to, host.check
        local unpack, pack, pairs, pcall, error = table.unpack, table.pack, pairs, pcall, error
        local setmetatable, type, rawget, tostring, math_type = setmetatable, type, rawget, tostring, math.type
        -- Of a host that wants to know which items failed; nil otherwise.
        local item_failed = host.item_failed

        -- What a job comes to: a task's results, or whatever waiting for it gives.
        local function await(job)
          if is_task(job) then return job:join() end
          return job:wait()
        end

        local function check_jobs(name, jobs, options)
          check(module .. name, jobs, options)
          host.check_jobs(module .. name, jobs)
        end

        local function cancel_all(tasks)
          for _, task in pairs(tasks) do task:cancel() end
        end

        local label_keys = { "sku", "SKU", "id", "ID", "name", "Name" }

        -- What an item is called: the text that it is, or that it has under one of these keys.
        local function label_of(item)
          if type(item) == "table" then
            local row = item
            item = nil
            for k = 1, #label_keys do
              local value = rawget(row, label_keys[k])
              if type(value) == "string" and value ~= "" or math_type(value) == "integer" then
                item = tostring(value)
                break
              end
            end
          end
          -- The display shortens it; what is longer than any path is not copied.
          if type(item) == "string" and #item <= 4096 then return item end
        end

        -- Raises what the tasks failed with, with what was finished.
        local function joined(join, tasks, results)
          local ok, failure = pcall(join, unpack(tasks))
          if not ok then error(attach(failure, results), 0) end
          return results
        end

        local function map_named(name, can_fail)
          return function(list, fn, options)
            check(module .. name, list, fn, options)
            local concurrency = host.concurrency(module .. name, options and options.concurrency)
            -- What never raises has nothing to decide about errors.
            local mode = can_fail and host.error_mode(module .. name, options and options.on_error) or "wait"
            local count, taken, results, workers, first_failed = #list, 0, {}, {}, nil
            local has_failed = false
            local map = begin_map()
            local function item(i)
              local value = list[i]
              local label = label_of(value)
              begin_item(map, i, label, label or math_type(value) and tostring(value) or nil)
              results[i] = fn(value, i)
            end
            -- What settle calls catches the errors of its own items, and reports them itself.
            local function report(failure, i)
              if item_failed and can_fail and failure ~= nil then item_failed(failure, i, label_of(list[i])) end
            end
            local function worker()
              local is_done, current = false, nil
              -- Whether it failed: an error may be nil.
              local _guard <close> = setmetatable({}, { __close = function(_, failure)
                has_failed = has_failed or not is_done
                report(failure, current)
              end })
              while taken < count and not has_failed do
                taken = taken + 1
                current = taken
                item(current)
              end
              is_done = true
            end
            -- Each item in a task of its own, whose failure ends nothing else.
            local function finishing_worker()
              while taken < count do
                taken = taken + 1
                local i = taken
                local task = spawn(item, i)
                local ok, failure = pcall(task.join, task)
                if not ok then
                  first_failed = first_failed or task
                  report(failure, i)
                end
              end
            end
            for w = 1, concurrency < count and concurrency or count do
              workers[w] = spawn(mode == "finish" and finishing_worker or worker)
            end
            joined(mode == "cancel" and join_all or await_all, workers, results)
            if first_failed then joined(await_all, { first_failed }, results) end
            return results
          end
        end

        local map = map_named("map", true)
        local map_caught = map_named("settle", false)

        local function settle(list, fn, options)
          check(module .. "settle", list, fn, options)
          return map_caught(list, function(value, i)
            local ok, result = pcall(fn, value, i)
            if ok then return { ok = true, value = result } end
            if item_failed then item_failed(result, i, label_of(value)) end
            return { ok = false, error = result }
          end, options)
        end

        local function all(jobs, options)
          check_jobs("all", jobs, options)
          local mode = host.error_mode(module .. "all", options and options.on_error)
          local results, workers = {}, {}
          for key, job in pairs(jobs) do
            workers[#workers + 1] = spawn(function()
              -- A worker that is stopped takes the task that it waits for with it.
              local _held <close> = mode == "cancel" and is_task(job) and job or nil
              results[key] = await(job)
            end)
          end
          return joined(mode == "cancel" and join_all or await_all, workers, results)
        end

        local noted_types = { string = true, integer = true }

        -- Jobs as they end, whichever way: the job, whether it succeeded, and its results. A run that goes on after another one
        -- gets them in the order in which that had them, so that it does the same with them.
        local function completions(jobs)
          local path = wait_path()
          local order, ended, is_waiting = {}, {}, {}
          local head, taken, wake_up, watchers = 0, 0, event(), {}
          for key, job in pairs(jobs) do
            is_waiting[key] = true
            -- It may fail before its watcher runs.
            observe(job)
            watchers[#watchers + 1] = spawn(function()
              only_observe()
              ended[key] = pack(job, pcall(await, job))
              order[#order + 1] = key
              set(wake_up)
            end)
          end
          local function next_key()
            local key
            if path then key = noted(path .. "/" .. taken) end
            if key ~= nil and is_waiting[key] then
              while not ended[key] do wait_for(wake_up) end
              return key
            end
            repeat
              head = head + 1
              while head > #order do wait_for(wake_up) end
            until is_waiting[order[head]]
            key = order[head]
            if path and noted_types[math_type(key) or type(key)] then note(path .. "/" .. taken, key) end
            return key
          end
          local function next_completion()
            if taken == #watchers then return nil end
            taken = taken + 1
            local key = next_key()
            local completion = ended[key]
            is_waiting[key], ended[key] = nil, nil
            return unpack(completion, 1, completion.n)
          end
          -- Leaving a loop early ends the watching.
          return next_completion, nil, nil, setmetatable({}, { __close = function() cancel_all(watchers) end })
        end

        local function completed(jobs)
          check_jobs("completed", jobs)
          local next_completion, _, _, watch = completions(jobs)
          return function() return (next_completion()) end, nil, nil, watch
        end

        local function first(jobs)
          check_jobs("first", jobs)
          local next_completion, _, _, watch = completions(jobs)
          local _guard <close> = watch
          local failure
          while true do
            local completion = pack(next_completion())
            if completion.n < 2 then break end
            if completion[2] then
              local losers = {}
              for _, job in pairs(jobs) do
                if job ~= completion[1] then
                  if is_task(job) then
                    job:cancel()
                  else
                    -- The winner counts whether or not the others can be cancelled.
                    losers[#losers + 1] = spawn(function() pcall(function() job:cancel() end) end)
                  end
                end
              end
              join_all(unpack(losers))
              return unpack(completion, 3, completion.n)
            end
            failure = failure or completion
          end
          if failure then error(failure[3], 0) end
        end

        local function timeout(seconds, fn, ...)
          check(module .. "timeout", seconds, fn)
          host.check_timeout(module .. "timeout", seconds)
          local wake_up = event()
          -- Where it is cut off is chance: what it draws and counts is its own.
          local position = position_below("timeout")
          local work = spawn(function(...)
            go_to(position)
            return fn(...)
          end, ...)
          -- Not the status: a function may have returned, and go on through what it has spawned.
          local is_over = false
          local watcher = spawn(function()
            pcall(work.join, work)
            is_over = true
            set(wake_up)
          end)
          local alarm = spawn(function()
            sleep(seconds)
            set(wake_up)
          end)
          wait_for(wake_up)
          watcher:cancel()
          alarm:cancel()
          if not is_over then
            work:cancel()
            pcall(work.join, work) -- until its <close> variables have run
            raise_timeout(seconds)
          end
          return work:join()
        end

        -- A module may have a sleep of its own, by another clock.
        local pause_by_clock = own.sleep or sleep
        local function pause(seconds)
          check(module .. "sleep", seconds)
          host.check_sleep(module .. "sleep", seconds)
          pause_by_clock(seconds)
        end

        return {
          sleep = pause,
          spawn = host.spawn, map = map, settle = settle, all = all, first = first, completed = completed, timeout = timeout,
        }
        """
}

extension LuaModule {
    /// Structured concurrency for scripts: `spawn`, `map`, `settle`, `all`, `first`, `completed`, `timeout` and `sleep`.
    ///
    /// Tasks never outlive the one that spawned them, and a task that fails or is cancelled ends those it spawned.
    ///
    /// - Parameter name: The global that holds the functions; messages and examples name it too.
    public static func concurrency(name: String) -> LuaModule {
        var module = LuaModule(
            name: name, summary: "Many things at once.", functions: ConcurrencyLibrary.functions(module: name),
            classes: [LuaTask.self])
        module.sources = [ConcurrencyLibrary.source]
        return module
    }
}

extension String {
    /// What stands before the name of a module's function: `tasks.` of `tasks.all`.
    var modulePrefix: Substring { lastIndex(of: ".").map { self[...$0] } ?? "" }
}
