class CreateCigars < ActiveRecord::Migration[6.1]
  NAMES = ["Corona", "Robusto", "Churchill"].freeze

  def change
    create_table :cigars do |table|
      table.string :name, null: false
      table.timestamps
    end

    reversible do |direction|
      direction.up do
        NAMES.each do |name|
          execute "INSERT INTO cigars (name, created_at, updated_at) VALUES (#{quote(name)}, now(), now())"
        end
      end
    end
  end
end
