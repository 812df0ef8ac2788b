/// The structured part of the concurrency API, written in Lua over the scheduler's primitives: lists, functions and
/// results stay inside the script and keep their identity.
package enum ConcurrencyLibrary {
    /// What ``source`` adds to a module.
    package static let names = ["spawn", "map", "settle", "all", "first", "completed", "timeout", "sleep"]

    package static let source = """
        local host, own, module = ...
        module = module .. "."
        local spawn, join_all, event, set, wait_for = host.spawn, host.join_all, host.event, host.set, host.wait_for
        local sleep, is_task, raise_timeout = host.sleep, host.is_task, host.raise_timeout
        local unpack, pack, pairs, pcall, error, setmetatable = table.unpack, table.pack, pairs, pcall, error, setmetatable

        -- What a job comes to: a task's results, or whatever waiting for it gives.
        local function await(job)
          if is_task(job) then return job:join() end
          return job:wait()
        end

        local function cancel_all(tasks)
          for _, task in pairs(tasks) do task:cancel() end
        end

        local function map_named(name)
          return function(list, fn, options)
            local concurrency = host.map_options(module .. name, list, fn, options)
            local count, taken, results, workers = #list, 0, {}, {}
            local function worker()
              while taken < count do
                taken = taken + 1
                local i = taken
                results[i] = fn(list[i], i)
              end
            end
            for w = 1, concurrency < count and concurrency or count do workers[w] = spawn(worker) end
            join_all(unpack(workers))
            return results
          end
        end

        local map, settling = map_named("map"), map_named("settle")

        local function settle(list, fn, options)
          host.map_options(module .. "settle", list, fn, options)
          return settling(list, function(value, i)
            local ok, result = pcall(fn, value, i)
            if ok then return { ok = true, value = result } end
            return { ok = false, error = result }
          end, options)
        end

        local function all(jobs)
          host.check_jobs(module .. "all", jobs)
          local results, workers = {}, {}
          for key, job in pairs(jobs) do
            workers[#workers + 1] = spawn(function() results[key] = await(job) end)
          end
          join_all(unpack(workers))
          return results
        end

        -- Jobs as they end, whichever way: the job, whether it succeeded, and its results.
        local function endings(jobs)
          local queue, head, tail, bell, watchers = {}, 0, 0, event(), {}
          for _, job in pairs(jobs) do
            watchers[#watchers + 1] = spawn(function()
              local ending = pack(job, pcall(await, job))
              tail = tail + 1
              queue[tail] = ending
              set(bell)
            end)
          end
          local function next_ending()
            if head == #watchers then return nil end
            head = head + 1
            while head > tail do wait_for(bell) end
            local ending = queue[head]
            queue[head] = nil
            return unpack(ending, 1, ending.n)
          end
          -- Leaving a loop early ends the watching.
          return next_ending, nil, nil, setmetatable({}, { __close = function() cancel_all(watchers) end })
        end

        local function completed(jobs)
          host.check_jobs(module .. "completed", jobs)
          local next_ending, _, _, watch = endings(jobs)
          return function() return (next_ending()) end, nil, nil, watch
        end

        local function first(jobs)
          host.check_jobs(module .. "first", jobs)
          local next_ending, _, _, watch = endings(jobs)
          local _guard <close> = watch
          local failure
          while true do
            local ending = pack(next_ending())
            if ending.n < 2 then break end
            if ending[2] then
              local losers = {}
              for _, job in pairs(jobs) do
                if job ~= ending[1] then
                  if is_task(job) then
                    job:cancel()
                  else
                    -- The winner counts whether or not the others can be cancelled.
                    losers[#losers + 1] = spawn(function() pcall(function() job:cancel() end) end)
                  end
                end
              end
              join_all(unpack(losers))
              return unpack(ending, 3, ending.n)
            end
            failure = failure or ending
          end
          if failure then error(failure[3], 0) end
        end

        local function timeout(seconds, fn, ...)
          host.check_timeout(module .. "timeout", seconds, fn)
          local bell = event()
          local work = spawn(fn, ...)
          local watcher = spawn(function()
            pcall(work.join, work)
            set(bell)
          end)
          local alarm = spawn(function()
            sleep(seconds)
            set(bell)
          end)
          wait_for(bell)
          watcher:cancel()
          alarm:cancel()
          if work.status == "running" then
            work:cancel()
            pcall(work.join, work) -- until its <close> variables have run
            raise_timeout(seconds)
          end
          return work:join()
        end

        -- A module may have a sleep of its own, by another clock.
        local function pause(seconds)
          host.check_sleep(module .. "sleep", seconds)
          sleep(seconds)
        end

        return {
          sleep = own.sleep or pause,
          spawn = spawn, map = map, settle = settle, all = all, first = first, completed = completed, timeout = timeout,
        }
        """
}

extension LuaModule {
    /// Structured concurrency for scripts: `spawn`, `map`, `settle`, `all`, `first`, `completed`, `timeout` and `sleep`.
    ///
    /// Tasks never outlive the one that spawned them, and a task that fails or is cancelled ends those it spawned.
    ///
    /// - Parameter name: The global that holds the functions; messages name it too.
    public static func concurrency(name: String) -> LuaModule {
        var module = LuaModule(name: name)
        module.source = ConcurrencyLibrary.source
        module.sourceNames = ConcurrencyLibrary.names
        return module
    }
}
