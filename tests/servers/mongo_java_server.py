# SPDX-License-Identifier: MIT
"""mongo-java-server, also where there is what is more like MongoDB: it has change streams."""

from mongodb import MongoJavaServer as SERVER

__all__ = ["SERVER"]
