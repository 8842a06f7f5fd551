"""Build pages: texts, tables and figures go in, HTML comes out in which every text is escaped."""
