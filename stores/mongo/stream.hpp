// SPDX-License-Identifier: MIT
// A change stream of the server's, followed by a thread of its own: it has no descriptor to wait
// for.
#pragma once

#include "stores/mongo/server.hpp"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace asyncz::stores::mongo {

class Stream {
 public:
  // `wake` is called by the thread at each change of tasks that somebody may wait for, and where
  // one may have been missed.
  Stream(const Server& server, std::function<void()> wake);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

 private:
  void follow();
  void follow_one(const Deployment::Client& client);
  bool pause(Duration duration);

  const Deployment& deployment_;
  const std::string& tasks_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable stopping_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace asyncz::stores::mongo
