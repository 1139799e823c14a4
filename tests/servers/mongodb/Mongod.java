// SPDX-License-Identifier: MIT
// mongo-java-server with its data in one file: `Mongod ADDRESS PORT FILE`. What it has answered is
// in the file, so that it may be killed. It says that it is a replica set, so that its change
// streams are used.

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.net.InetSocketAddress;
import org.h2.mvstore.MVStore;

public final class Mongod extends H2Backend {
  private final MVStore file;

  private Mongod(MVStore file) {
    super(file);
    this.file = file;
  }

  // One at a time, and what is answered is a copy: the next one may change the documents in place.
  @Override
  public synchronized Document handleMessage(MongoMessage message) {
    var reply = super.handleMessage(message).cloneDeeply();
    if (file.hasUnsavedChanges()) {
      file.commit();
    }
    if (reply.containsKey("ismaster")) {
      reply.put("setName", "test");
    }
    return reply;
  }

  public static void main(String[] words) {
    var file = new MVStore.Builder().fileName(words[2]).autoCommitDisabled().open();
    var server = new MongoServer(new Mongod(file));
    server.enableOplog();
    server.bind(new InetSocketAddress(words[0], Integer.parseInt(words[1])));
  }
}
