Rails.application.routes.draw do
  root "cigars#index"
  resources :cigars, only: %i[index create]

  get "up", to: "health#up"
  get "version", to: "health#version"
  get "slow", to: "health#slow"
end
