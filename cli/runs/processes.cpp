// SPDX-License-Identifier: MIT
#include "cli/runs/processes.hpp"

#include <algorithm>
#include <fstream>
#include <thread>

namespace asyncz::cli {

int parent_of_process(int pid)
{
  // PID (NAME) STATE PPID …; the name may hold anything.
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  if (!std::getline(file, line)) return 0;
  const auto end_of_name = line.rfind(") ");
  if (end_of_name == std::string::npos || line.size() < end_of_name + 5) return 0;
  return std::atoi(line.c_str() + end_of_name + 4);
}

std::string name_of_process(int pid)
{
  std::ifstream file{"/proc/" + std::to_string(pid) + "/comm"};
  std::string name;
  std::getline(file, name);
  return name;
}

std::size_t cores() { return std::max(1U, std::thread::hardware_concurrency()); }

}  // namespace asyncz::cli
