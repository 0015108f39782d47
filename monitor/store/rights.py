"""Who may use the tables in PostgreSQL, and what of others rests on them: what a store made anew must not take away."""

from collections.abc import Collection

from sqlalchemy import ARRAY, Connection, String, bindparam, text

from monitor.errors import UserError


def keep_rights(connection: Connection, of: str, to: str) -> None:
    """Owner and rights of the tables in one schema, to those of the same names in the other."""
    for name, owner in connection.execute(_OWNERS, {"of": f'"{of}"', "to": f'"{to}"'}).all():
        connection.execute(text(f'ALTER TABLE "{to}".{name} OWNER TO {owner}'))
    for kind, name, right, grantee, grantable in connection.execute(_RIGHTS, {"of": f'"{of}"', "to": f'"{to}"'}).all():
        further = " WITH GRANT OPTION" if grantable else ""
        connection.execute(text(f'GRANT {right} ON {kind} "{to}".{name} TO {grantee}{further}'))


def must_be_free(connection: Connection, schema: str, names: Collection[str]) -> None:
    """Raises UserError where anything of others rests on these tables and would have to go with them."""
    found = connection.scalars(_RESTING, {"of": f'"{schema}"', "names": sorted(names)})
    if resting := sorted(found):
        raise UserError(f"{_seen(resting)}: drop them first, and make them again when the store stands anew.")


def _seen(resting: list[str]) -> str:
    """At most a few."""
    some, more = resting[:5], len(resting) - 5
    return f"Others' objects rest on the tables ({', '.join(some)}{f' and {more} more' if more > 0 else ''})"


# Who owns a table of the one schema and not the table of that name in the other.
_OWNERS = text("""
    SELECT quote_ident(old.relname), quote_ident(pg_get_userbyid(old.relowner))
    FROM pg_class old JOIN pg_class new ON new.relname = old.relname AND new.relkind = old.relkind
    WHERE old.relkind = 'r' AND old.relowner <> new.relowner
    AND old.relnamespace = CAST(:of AS regnamespace) AND new.relnamespace = CAST(:to AS regnamespace)
    ORDER BY 1
""")

# Of tables, their columns, and the sequences that number their rows; the owner's own are no news.
_RIGHTS = text("""
    WITH given AS (
        SELECT relname, relkind, relowner, relacl AS acl, NULL AS attname
        FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace = CAST(:of AS regnamespace)
        UNION ALL
        SELECT relname, relkind, relowner, attacl, attname
        FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND NOT attisdropped
        WHERE relkind = 'r' AND relnamespace = CAST(:of AS regnamespace)
    )
    SELECT CASE relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END,
        quote_ident(relname),
        privilege_type || CASE WHEN attname IS NULL THEN '' ELSE ' (' || quote_ident(attname) || ')' END,
        CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
        is_grantable
    FROM given CROSS JOIN aclexplode(acl)
    WHERE grantee <> relowner AND EXISTS (
        SELECT FROM pg_class new WHERE new.relname = given.relname AND new.relnamespace = CAST(:to AS regnamespace)
    )
    ORDER BY 1, 2, 3, 4
""")

# A view rests on a table by its rule. What a table has of its own (indexes, sequences, triggers) goes with it as it is.
_RESTING = text("""
    WITH ours AS (
        SELECT oid, reltype FROM pg_class
        WHERE relkind = 'r' AND relnamespace = CAST(:of AS regnamespace) AND relname = ANY (:names)
    )
    SELECT DISTINCT CASE
        WHEN ev_class IS NULL THEN pg_describe_object(depend.classid, depend.objid, depend.objsubid)
        ELSE pg_describe_object(CAST('pg_class' AS regclass), ev_class, 0)
    END
    FROM pg_depend depend
    LEFT JOIN pg_rewrite ON depend.classid = CAST('pg_rewrite' AS regclass) AND pg_rewrite.oid = depend.objid
    LEFT JOIN pg_constraint ON depend.classid = CAST('pg_constraint' AS regclass) AND pg_constraint.oid = depend.objid
    LEFT JOIN pg_trigger ON depend.classid = CAST('pg_trigger' AS regclass) AND pg_trigger.oid = depend.objid
    LEFT JOIN pg_policy ON depend.classid = CAST('pg_policy' AS regclass) AND pg_policy.oid = depend.objid
    WHERE depend.deptype = 'n'
    AND (
        depend.refclassid = CAST('pg_class' AS regclass) AND depend.refobjid IN (SELECT oid FROM ours)
        OR depend.refclassid = CAST('pg_type' AS regclass) AND depend.refobjid IN (SELECT reltype FROM ours)
    )
    AND coalesce(ev_class, conrelid, tgrelid, polrelid, 0) NOT IN (SELECT oid FROM ours)
""").bindparams(bindparam("names", type_=ARRAY(String)))
