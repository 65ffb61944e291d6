-- Each statement of the gateway is prepared once and run for ever with parameters of the same shape. Planning it
-- anew each time took longer than running it. Of the role in this database: a transaction pooler lets it through.
do $$
begin
  execute format(
    'alter role current_user in database %I set plan_cache_mode = force_generic_plan', current_database());
end
$$;
