// SPDX-License-Identifier: MIT
#include "stores/sql/postgresql_library.hpp"

#include "stores/client_library.hpp"

namespace asyncz::stores {

Result<std::shared_ptr<const PostgresqlLibrary>> PostgresqlLibrary::open()
{
  auto library = std::make_shared<PostgresqlLibrary>();
  void* const handle = open_library(libpq);
  if (handle == nullptr) {
    return Error{ErrorKind::failed, "PostgreSQL's client library libpq.so.5 is not installed",
                 "install it (Debian: libpq5)"};
  }
  Functions functions{handle};
  functions.find(library->clear, "PQclear");
  functions.find(library->cmdTuples, "PQcmdTuples");
  functions.find(library->connectdbParams, "PQconnectdbParams");
  functions.find(library->conninfoFree, "PQconninfoFree");
  functions.find(library->conninfoParse, "PQconninfoParse");
  functions.find(library->consumeInput, "PQconsumeInput");
  functions.find(library->enterPipelineMode, "PQenterPipelineMode");
  functions.find(library->errorMessage, "PQerrorMessage");
  functions.find(library->exitPipelineMode, "PQexitPipelineMode");
  functions.find(library->finish, "PQfinish");
  functions.find(library->flush, "PQflush");
  functions.find(library->freemem, "PQfreemem");
  functions.find(library->getResult, "PQgetResult");
  functions.find(library->getlength, "PQgetlength");
  functions.find(library->getvalue, "PQgetvalue");
  functions.find(library->isBusy, "PQisBusy");
  functions.find(library->notifies, "PQnotifies");
  functions.find(library->ntuples, "PQntuples");
  functions.find(library->pipelineSync, "PQpipelineSync");
  functions.find(library->resultErrorField, "PQresultErrorField");
  functions.find(library->resultStatus, "PQresultStatus");
  functions.find(library->sendPrepare, "PQsendPrepare");
  functions.find(library->sendQueryParams, "PQsendQueryParams");
  functions.find(library->sendQueryPrepared, "PQsendQueryPrepared");
  functions.find(library->serverVersion, "PQserverVersion");
  functions.find(library->setNoticeProcessor, "PQsetNoticeProcessor");
  functions.find(library->setSingleRowMode, "PQsetSingleRowMode");
  functions.find(library->setnonblocking, "PQsetnonblocking");
  functions.find(library->socket, "PQsocket");
  functions.find(library->status, "PQstatus");
  if (!functions.complete()) {
    return Error{ErrorKind::failed, "PostgreSQL's client library libpq.so.5 is too old",
                 "install that of PostgreSQL 14 or later"};
  }
  return std::shared_ptr<const PostgresqlLibrary>{std::move(library)};
}

}  // namespace asyncz::stores
