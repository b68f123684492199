package io.linkspan.node;

import java.sql.DriverManager;
import java.sql.SQLException;

/// Asks DuckDB, which reads Parquet.
final class Duck {
    private Duck() {}

    /// The rows of an answer as lines, the columns with bars between.
    static String ask(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:duckdb:");
                var statement = connection.createStatement();
                var rows = statement.executeQuery(sql)) {
            var text = new StringBuilder();
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next())
                for (int i = 1; i <= columns; i++)
                    text.append(rows.getString(i)).append(i < columns ? '|' : '\n');
            return text.toString();
        }
    }
}
